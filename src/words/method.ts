// How a URL is asked.

/** The methods a status can be asked with (RFC 9110 §9.3.1, §9.3.2). */
export type Method = 'GET' | 'HEAD'
