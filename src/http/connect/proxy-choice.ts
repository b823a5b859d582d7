// Which proxy a request goes through, from --proxy and the environment, by curl's rules. Pure: it opens nothing, and no
// error of it holds the text it was given, for that may hold a password.

import { UsageError, ValueError } from '../../settings/errors.js'
import { noProxy, type ProxyTarget } from './no-proxy.js'
import { type ProxyServer, parseProxy } from './proxy-server.js'

/** The proxy for a request; null goes direct. */
export type ProxyChoice = (target: ProxyTarget) => ProxyServer | null

export interface ProxyChoiceOptions {
  /** The value of `--proxy`; `none` for no proxy whatever the environment says; null when it was not given. */
  readonly flag: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads flag and environment once. As in curl, the first that is set and not empty counts:
 *
 * | request | proxy                                                                         |
 * | ------- | ----------------------------------------------------------------------------- |
 * | any     | `--proxy URL`; `--proxy none` is direct                                        |
 * | http    | `http_proxy`, `HTTP_PROXY` (unless `REQUEST_METHOD` is set), `all_proxy`, `ALL_PROXY` |
 * | https   | `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`                         |
 *
 * In CGI a request's `Proxy:` header arrives as HTTP_PROXY (httpoxy, CVE-2016-5385), hence REQUEST_METHOD.
 * Past any of them, `--proxy` too, goes what `no_proxy`, else `NO_PROXY` names, in a list cut by commas and blanks:
 *
 * | entry                                           | goes direct                                                |
 * | ----------------------------------------------- | ---------------------------------------------------------- |
 * | `*`                                             | everything                                                 |
 * | `example.com`, `.example.com`, `*.example.com`  | the host and all below it, in any case, with or without a final dot |
 * | `example.com:8443`                              | the same, on this port                                     |
 * | `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443` | the address, however it is spelled         |
 * | `10.0.0.0/8`, `fd00::/8`                        | URLs with such an address as host; names are not looked up |
 * | anything else                                   | nothing; it is passed over                                 |
 *
 * `localhost` and loopback addresses go through the proxy as any other unless they are in that list.
 * Throws a `UsageError` that names the flag or variable, not its value. A variable that cannot be chosen is not read.
 */
export function createProxyChoice({ flag, env }: ProxyChoiceOptions): ProxyChoice {
  if (flag?.trim().toLowerCase() === 'none') return () => null
  const bypass = noProxy(firstSet(env, ['no_proxy', 'NO_PROXY'])?.value ?? '')
  const named = flag === null ? null : readProxy('--proxy', flag)
  const fromEnv = (...names: readonly string[]) => {
    const found = firstSet(env, [...names, 'all_proxy', 'ALL_PROXY'])
    return found === null ? null : readProxy(found.name, found.value)
  }
  const plain = named ?? fromEnv('http_proxy', ...(env.REQUEST_METHOD === undefined ? ['HTTP_PROXY'] : []))
  const secure = named ?? fromEnv('https_proxy', 'HTTPS_PROXY')
  return (target) => {
    const proxy = target.secure ? secure : plain
    return proxy === null || bypass(target) ? null : proxy
  }
}

function firstSet(env: ProxyChoiceOptions['env'], names: readonly string[]): { name: string; value: string } | null {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value) return { name, value }
  }
  return null
}

function readProxy(source: string, text: string): ProxyServer {
  try {
    return parseProxy(text)
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${source}: ${error.message}`)
    throw error
  }
}
