// Requests of states and states, over datagrams; and how many frames wait for a peer that does not read.
import Cryptography
import Kernels
import Testing

@testable import Wire

@Suite("State frames")
struct StateFramesTests {
    private static func vector(_ round: Int, dimension: Int = 3) -> ModelMessage {
        ModelMessage(round: Round(round), values: (0..<dimension).map { Float($0 % 89) - Float(round) / 4 })
    }

    private static func frame(_ message: Message, _ sequence: UInt64 = 0) -> OutgoingFrame {
        OutgoingFrame(message, sender: NodeID(0), sequence: sequence)
    }

    @Test("a request and a state of many fragments arrive over lossy datagrams", arguments: [false, true])
    func datagrams(sealed: Bool) {
        let dimension = 5_000
        let key = EdgeKey([UInt8](repeating: 3, count: 32))
        let secrets = [0, 1].map { node in
            LinkSecrets(keys: KeyRing([(NodeID(1 - node), key)]), challenge: [UInt8](repeating: UInt8(node), count: 32))
        }
        var network = DatagramNetwork(secrets: sealed ? secrets : nil, dimension: dimension)
        network.weather = .init(loss: 0.1)
        network.start()
        #expect(network.run(for: .milliseconds(3_000)) { $0.hasOpened == [true, true] })
        network.send(.stateRequest(Round(8)), from: 0)
        #expect(network.run(for: .milliseconds(3_000)) { $0.messages[1] == [.stateRequest(Round(8))] })
        let answers: [Message] = [
            .state(Self.vector(8, dimension: dimension)), .model(Self.vector(8, dimension: dimension)),
        ]
        for answer in answers { network.send(answer, from: 1) }
        #expect(network.run(for: .milliseconds(3_000)) { $0.messages[0] == answers })
        #expect(network.rejections == [[], []])
    }

    @Test("a state may be of any round: only models grow")
    func rounds() {
        var (sender, receiver) = LinkTests.openPair()
        let sent: [Message] = [
            .model(Self.vector(9)), .state(Self.vector(9)), .state(Self.vector(4)), .model(Self.vector(10)),
        ]
        var effects: [LinkEffect] = []
        for message in sent { receiver.receive(sender.frame(for: message).bytes.span, into: &effects) }
        #expect(effects == sent.map { .deliver($0) })
    }

    @Test("of a model or state only finite bytes wait, the newest", arguments: [1, 16])
    func backlog(backlog: Int) {
        var queue: [OutgoingFrame] = []
        var sent: [OutgoingFrame] = []
        for round in 0..<40 {
            for message in [.model(Self.vector(round)), .state(Self.vector(round)), .waiting(Round(round))] as [Message]
            {
                sent.append(Self.frame(message, UInt64(sent.count)))
                queue.enqueue(sent[sent.count - 1], backlog: backlog, begun: min(1, queue.count))
            }
        }
        // The first has begun to leave, and stays whatever comes.
        #expect(queue.first == sent[0])
        func kept(_ kind: Frame.Kind) -> [OutgoingFrame] { queue.dropFirst().filter { $0.kind == kind } }
        func newest(_ kind: Frame.Kind, _ count: Int) -> [OutgoingFrame] {
            sent.filter { $0.kind == kind }.suffix(count)
        }
        #expect(kept(.model) == newest(.model, backlog))
        #expect(kept(.state) == newest(.state, 1))
        #expect(kept(.waiting).count == 40)
    }
}
