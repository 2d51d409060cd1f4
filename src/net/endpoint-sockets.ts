/** The sockets of one listen address: for each resolver thread one for UDP and one for TCP, on the same port. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { explain } from './listen-error.ts'
import * as sockets from './sockets.ts'

const PORT_TRIES = 10

export interface EndpointSockets {
  readonly port: number
  /** One a resolver thread; none without FFI. */
  readonly udp: readonly number[]
  readonly tcp: readonly number[]
  /** Bytes the kernel granted a receive buffer; 0: its default. */
  readonly receiveBufferBytes: number
}

/** Binds `address`; port 0 takes a free one, the same for UDP and TCP. Throws ListenError. */
export async function openEndpoint(address: string, port: number, workers: number): Promise<EndpointSockets> {
  if (!sockets.canOpenSockets())
    return { port: await probe(address, port), udp: [], tcp: [], receiveBufferBytes: 0 }
  for (let attempt = 1; ; attempt++) {
    try {
      return bind(address, port, workers)
    } catch (error) {
      // A free UDP port may be taken for TCP: draw another.
      if (port === 0 && attempt < PORT_TRIES) continue
      throw explain(error, address, port)
    }
  }
}

function bind(address: string, port: number, workers: number): EndpointSockets {
  // Alone first: with SO_REUSEPORT a second instance would silently take half the queries.
  const reusePort = workers > 1
  const tellLocal = sockets.isWildcard(address)
  const udpProbe = sockets.openUdp(address, port, { reusePort: false, tellLocal })
  const opened: number[] = [udpProbe]
  let receiveBufferBytes = 0
  const grow = (fd: number): void => {
    receiveBufferBytes = sockets.growReceiveBuffer(fd, sockets.RECEIVE_BUFFER_BYTES)
  }
  try {
    const taken = sockets.boundPort(udpProbe)
    const tcpProbe = sockets.openTcp(address, taken, { reusePort: false })
    opened.push(tcpProbe)
    if (!reusePort) {
      grow(udpProbe)
      return { port: taken, udp: [udpProbe], tcp: [tcpProbe], receiveBufferBytes }
    }
    for (const fd of opened.splice(0)) sockets.closeSocket(fd)
    const udp = Array.from({ length: workers }, () => {
      const fd = sockets.openUdp(address, taken, { reusePort, tellLocal })
      opened.push(fd)
      grow(fd)
      return fd
    })
    const tcp = Array.from({ length: workers }, () => {
      const fd = sockets.openTcp(address, taken, { reusePort })
      opened.push(fd)
      return fd
    })
    return { port: taken, udp, tcp, receiveBufferBytes }
  } catch (error) {
    for (const fd of opened) sockets.closeSocket(fd)
    throw error
  }
}

/** Without FFI the threads bind for themselves: here only see that the port is free, and which one 0 becomes. */
async function probe(address: string, port: number): Promise<number> {
  const socket = createSocket({
    type: address.includes(':') ? 'udp6' : 'udp4',
    ipv6Only: address.includes(':'),
  })
  try {
    socket.bind({ address, port, exclusive: true })
    await once(socket, 'listening')
    return socket.address().port
  } catch (error) {
    throw explain(error, address, port)
  } finally {
    socket.close()
  }
}
