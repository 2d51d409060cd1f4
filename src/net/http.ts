/**
 * node:http as it is. An import statement would read everything that is in it, and its WebSocket brings a whole HTTP
 * client with it: 2.3 MB of the thread's heap, for nothing that is used here.
 */
export const http = process.getBuiltinModule('node:http')
