// FaultyDatagrams: a faulty link over UDP. Each datagram is one message of the plan, as in the simulator. Each socket
// of the dialling node is met by one of this link's, so that the neighbour tells its links apart as it does otherwise.
// What finds no room on the way is lost, as in any network; no fault of the plan has struck it, and none is counted.
import Faults
import Kernels
import Platform

struct FaultyDatagrams: FaultyLink {
    /// A socket of the dialling node, and that which speaks for it.
    private struct Flow: Sendable {
        let number: Int
        let source: SocketAddress
        let socket: FileDescriptor
        var target: SocketAddress?
        /// The neighbour has said something; until then it may listen elsewhere by now.
        var isAnswered = false
        var slot = 0
    }

    private struct Item: Sendable {
        let flow: Int
        let bytes: [UInt8]
    }

    /// A node speaks through one socket, and a new one where it has given that up.
    private static let mostFlows = 4
    /// Read from one socket at one turn; the rest has its turn after the other links.
    private static let mostAtOnce = 64

    private let edge: FaultyEdge
    private let door: FileDescriptor
    let address: SocketAddress
    private var doorSlot = 0
    private var flows: [Flow] = []
    private var flowCount = 0
    private var out: FaultyDirection
    private var back: FaultyDirection
    private var outgoing: Passage<Item>
    private var returning: Passage<Item>

    init(_ edge: FaultyEdge) throws {
        self.edge = edge
        (door, address) = try DatagramSocket.listen(on: SocketAddress("127.0.0.1:0"))
        out = edge.out
        back = edge.back
        outgoing = Passage(mostBytes: edge.mostBytesOnTheWay)
        returning = Passage(mostBytes: edge.mostBytesOnTheWay)
    }

    var nextMoment: Instant? { [outgoing.nextAt, returning.nextAt].compactMap(\.self).min() }

    mutating func register(in polled: inout PollLoop) {
        doorSlot = polled.add(door)
        for index in flows.indices { flows[index].slot = polled.add(flows[index].socket) }
    }

    mutating func serve(_ polled: PollLoop, _ plan: inout FaultPlan, at moment: FaultMoment, _ buffer: inout [UInt8]) {
        for index in flows.indices where polled.isReadable(flows[index].slot) {
            for _ in 0..<Self.mostAtOnce {
                guard let (count, source) = try? DatagramSocket.receive(from: flows[index].socket, into: &buffer) else {
                    break
                }
                guard source == flows[index].target else { continue }
                flows[index].isAnswered = true
                Self.pass(buffer[..<count], of: flows[index].number, &back, &plan, at: moment, into: &returning)
            }
        }
        if polled.isReadable(doorSlot) {
            for _ in 0..<Self.mostAtOnce {
                guard let (count, source) = try? DatagramSocket.receive(from: door, into: &buffer) else { break }
                guard let number = flow(from: source) else { continue }
                Self.pass(buffer[..<count], of: number, &out, &plan, at: moment, into: &outgoing)
            }
        }
        while let item = outgoing.take(at: moment.now) {
            guard let flow = flows.first(where: { $0.number == item.flow }), let target = flow.target else { continue }
            DatagramSocket.send(item.bytes, from: flow.socket, to: target)
        }
        while let item = returning.take(at: moment.now) {
            guard let flow = flows.first(where: { $0.number == item.flow }) else { continue }
            DatagramSocket.send(item.bytes, from: door, to: flow.source)
        }
    }

    /// Has the plan decide about a datagram. Nobody keeps one that is held: who has sent it sends it again.
    private static func pass(
        _ bytes: ArraySlice<UInt8>, of flow: Int, _ direction: inout FaultyDirection, _ plan: inout FaultPlan,
        at moment: FaultMoment, into passage: inout Passage<Item>
    ) {
        let transmission = plan.pass(direction.transmission(bytes: bytes.count), at: moment)
        guard !transmission.isLost, !transmission.isHeld, transmission.connectionEnd == nil, !bytes.isEmpty else {
            return
        }
        for copy in 0..<transmission.copies where passage.hasRoom {
            let isAltered = transmission.isCorrupted && copy == 0
            passage.add(
                Item(flow: flow, bytes: isAltered ? direction.withFlippedBit(Array(bytes)) : Array(bytes)),
                bytes: bytes.count, at: moment.now + transmission.delay)
        }
    }

    /// The number of the flow that a datagram of the dialling node belongs to, with a target as it is known now.
    private mutating func flow(from source: SocketAddress) -> Int? {
        guard let index = flows.firstIndex(where: { $0.source == source }) else { return open(from: source) }
        if !flows[index].isAnswered { flows[index].target = edge.target }
        return flows[index].number
    }

    private mutating func open(from source: SocketAddress) -> Int? {
        guard let own = try? SocketAddress("127.0.0.1:0"), let (socket, _) = try? DatagramSocket.listen(on: own) else {
            return nil
        }
        if flows.count == Self.mostFlows { flows.removeFirst() }
        flowCount += 1
        flows.append(Flow(number: flowCount, source: source, socket: socket, target: edge.target))
        return flowCount
    }
}
