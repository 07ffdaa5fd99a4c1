// FaultyStream: a faulty link over TCP. Each stream is cut into frames by their headers, and each frame is one message
// of the plan, as in the simulator: one that is lost is missing from the stream, one that is reordered is overtaken.
// While a message is held nothing more is read, so that its sender's queue fills as before a network that is clogged.
import Faults
import Kernels
import Platform
import Wire

struct FaultyStream: FaultyLink {
    /// Two nodes speak over one connection, and make a new one where they have given that up. What this link holds back
    /// keeps it from seeing that they have: the oldest give way.
    private static let mostConnections = 4

    private let edge: FaultyEdge
    let address: SocketAddress
    private var listener: RestingListener
    private var connections: [FaultyConnection] = []
    /// Of all connections together: what is drawn for one is not drawn again for the next.
    private var out: FaultyDirection
    private var back: FaultyDirection

    init(_ edge: FaultyEdge) throws {
        self.edge = edge
        let (socket, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        self.address = address
        listener = RestingListener(socket)
        out = edge.out
        back = edge.back
    }

    var nextMoment: Instant? { (connections.map(\.nextMoment) + [listener.restsUntil]).compactMap(\.self).min() }

    mutating func register(in polled: inout PollLoop) {
        listener.register(in: &polled)
        for index in connections.indices { connections[index].register(in: &polled) }
    }

    mutating func serve(_ polled: PollLoop, _ plan: inout FaultPlan, at moment: FaultMoment, _ buffer: inout [UInt8]) {
        for index in connections.indices {
            connections[index].serve(polled, &plan, &out, &back, at: moment, &buffer)
        }
        connections.removeAll(where: \.isOver)
        // Where the neighbour cannot be reached, the dialler learns that its connection is over, and tries again.
        for near in listener.take(Self.mostConnections, polled, at: moment.now) {
            guard let target = edge.target, let far = try? Socket.connect(to: target) else { continue }
            if connections.count == Self.mostConnections { connections.removeFirst() }
            connections.append(FaultyConnection(edge, near: near, far: far, at: target))
        }
    }
}

/// A connection of the dialling node with this link, and the one that this link has made for it.
private struct FaultyConnection: Sendable {
    /// How often it is asked whether what is held may pass.
    private static let holdInterval: Nanoseconds = .milliseconds(2)

    private let near: FileDescriptor
    private let far: FileDescriptor
    private let target: SocketAddress
    private var isConnecting = true
    private(set) var isOver = false
    private var out: FaultyFlow
    private var back: FaultyFlow
    private var slots = (near: 0, far: 0)

    init(_ edge: FaultyEdge, near: FileDescriptor, far: FileDescriptor, at target: SocketAddress) {
        self.near = near
        self.far = far
        self.target = target
        out = FaultyFlow(edge)
        back = FaultyFlow(edge)
    }

    var nextMoment: Instant? {
        if out.isHeld || back.isHeld { return MonotonicClock().now() + Self.holdInterval }
        return [out.nextMoment, back.nextMoment].compactMap(\.self).min()
    }

    mutating func register(in polled: inout PollLoop) {
        slots.near = polled.add(near, reading: !isConnecting && out.isHungry, writing: back.hasOutput)
        slots.far = polled.add(
            far, reading: !isConnecting && back.isHungry, writing: isConnecting || out.hasOutput)
    }

    mutating func serve(
        _ polled: PollLoop, _ plan: inout FaultPlan, _ there: inout FaultyDirection, _ thence: inout FaultyDirection,
        at moment: FaultMoment, _ buffer: inout [UInt8]
    ) {
        if isConnecting {
            guard polled.isWritable(slots.far) else { return }
            guard Socket.connectionFault(of: far, to: target) == nil else { return isOver = true }
            isConnecting = false
            return
        }
        if polled.isReadable(slots.near), out.isHungry { out.read(from: near, &buffer) }
        if polled.isReadable(slots.far), back.isHungry { back.read(from: far, &buffer) }
        out.pass(&plan, &there, at: moment)
        back.pass(&plan, &thence, at: moment)
        if let end = out.brokenBy ?? back.brokenBy { return breakOff(end) }
        out.write(to: far, at: moment.now)
        back.write(to: near, at: moment.now)
        isOver = out.isBroken || back.isBroken || out.isFinished && back.isFinished
    }

    private mutating func breakOff(_ end: ConnectionEnd) {
        switch end {
        case .reset:
            for socket in [near, far] { Socket.resetOnClose(socket) }
            isOver = true
        case .halfClose:
            // The receiver finds the end of the stream, though the sender has not ended it.
            if out.brokenBy != nil { out.cut() } else { back.cut() }
            out.write(to: far, at: Instant(nanoseconds: 0))
            back.write(to: near, at: Instant(nanoseconds: 0))
        }
    }
}

/// One direction of a connection: frames that have come, are held, are on their way, and are being written.
private struct FaultyFlow: Sendable {
    private var cutter: FrameCutter
    private var passage: Passage<[UInt8]>
    private var held: (frame: [UInt8], transmission: Transmission)?
    private var writing: [UInt8] = []
    private var written = 0
    /// When the last frame arrives that none overtakes: a stream keeps its order, whatever it is slowed down by.
    private var latest = Instant(nanoseconds: 0)
    /// The sender will send no more.
    private var hasEnded = false
    /// The receiver knows.
    private(set) var isFinished = false
    /// One of the sockets can be used no more.
    private(set) var isBroken = false
    /// A fault ends the connection so.
    private(set) var brokenBy: ConnectionEnd?

    init(_ edge: FaultyEdge) {
        cutter = FrameCutter(limits: edge.limits)
        passage = Passage(mostBytes: edge.mostBytesOnTheWay)
    }

    /// Where the network has no room for more, nothing more is read.
    var isHungry: Bool { !hasEnded && held == nil && passage.hasRoom }
    var isHeld: Bool { held != nil }
    var hasOutput: Bool { !writing.isEmpty }
    var nextMoment: Instant? { hasOutput ? nil : passage.nextAt }

    mutating func read(from socket: FileDescriptor, _ buffer: inout [UInt8]) {
        switch try? socket.read(into: &buffer) {
        case .bytes(let count): cutter.append(buffer[..<count])
        case .wouldBlock: break
        case .ended: hasEnded = true
        case nil: isBroken = true
        }
    }

    /// Has the plan decide about all that has come.
    mutating func pass(_ plan: inout FaultPlan, _ direction: inout FaultyDirection, at moment: FaultMoment) {
        if let (frame, transmission) = held, plan.releases(transmission, at: moment) {
            held = nil
            send(frame, transmission, &direction, at: moment.now)
        }
        while held == nil, brokenBy == nil, let frame = cutter.next() {
            let transmission = plan.pass(direction.transmission(bytes: frame.count), at: moment)
            if let end = transmission.connectionEnd {
                brokenBy = end
            } else if transmission.isHeld, !transmission.isLost {
                held = (frame, transmission)
            } else if !transmission.isLost {
                send(frame, transmission, &direction, at: moment.now)
            }
        }
        // Half a frame, of a sender that ended in the middle of it.
        if hasEnded, held == nil, let rest = cutter.rest() {
            passage.add(rest, bytes: rest.count, at: max(moment.now, latest))
        }
    }

    private mutating func send(
        _ frame: [UInt8], _ transmission: Transmission, _ direction: inout FaultyDirection, at now: Instant
    ) {
        var arrival = now + transmission.delay
        if !transmission.isOvertaken {
            arrival = max(arrival, latest)
            latest = arrival
        }
        for copy in 0..<transmission.copies {
            let isAltered = transmission.isCorrupted && copy == 0
            passage.add(isAltered ? direction.withFlippedBit(frame) : frame, bytes: frame.count, at: arrival)
        }
    }

    /// Delivers what is due, then the end.
    mutating func write(to socket: FileDescriptor, at now: Instant) {
        while !isBroken {
            if writing.isEmpty {
                guard let frame = passage.take(at: now) else { break }
                writing = frame
                written = 0
            }
            switch try? socket.write(writing, from: written) {
            case .bytes(let count): written += count
            case .wouldBlock: return
            case .ended, nil: isBroken = true
            }
            if written == writing.count { writing = [] }
        }
        guard hasEnded, !isFinished, !isBroken, held == nil, passage.isEmpty else { return }
        isFinished = true
        if (try? Socket.finishSending(socket)) == nil { isBroken = true }
    }

    /// The rest of the stream is lost, but not its end.
    mutating func cut() {
        brokenBy = nil
        held = nil
        passage.removeAll()
        cutter = FrameCutter(limits: cutter.limits)
        hasEnded = true
    }
}
