// A thread that asks: the near asker with its part of the hosts. It hears of its targets by messages and tells what it found.

import { parentPort, workerData } from 'node:worker_threads'
import { type ServeOptions, serve } from './serve.js'

if (parentPort !== null) serve(parentPort, workerData as ServeOptions)
