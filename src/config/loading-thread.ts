/** A thread that reads a configuration once and ends; what it loaded for that goes with it. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadSettings, type LoadRequest } from './load.ts'

parentPort!.postMessage(loadSettings(workerData as LoadRequest))
