// Hostile nodes: what a group agrees on, when it attacks, what it overhears, and that it hides behind honest conduct.
import Aggregation
import Attacks
import Kernels
import Registry
import Testing

@testable import Core

@Suite("Forging")
struct ForgingTests {
    private static func noise() throws -> GaussianNoise {
        GaussianNoise(
            try ParameterValues([("around", .text("zero"))], declared: GaussianNoise.parameters, key: "attack"))
    }

    private static func adversary(
        _ attack: any ModelAttack, allies: Set<NodeID> = [], rounds: Range<Int> = 0..<5, probability: Double = 1,
        collusion: Int? = nil
    ) -> Adversary {
        Adversary(
            attack: attack, allies: allies, rounds: rounds, probability: probability,
            collusion: collusion.map { Collusion(leader: NodeID($0), common: .nothing) })
    }

    /// What hostile node `node` sends to its victims 1 and 2 in round 0, which it heard all the same.
    private func forgeries(of node: Int, collusion: Int?) throws -> [[Float]] {
        let neighbours = [1, 2].map {
            NodeConfiguration.Neighbour(node: NodeID($0), weight: 0.25, receives: true)
        }
        var hostileNode = HandledNode(
            NodeConfiguration(
                node: NodeID(node), dimension: 2, rounds: 5, neighbours: neighbours,
                budget: Budget(count: 0, weight: 0), seed: 1),
            behaviour: .hostile(Self.adversary(try Self.noise(), collusion: collusion)))
        hostileNode.join(1...2)
        for victim in 1...2 { hostileNode.receive([Float(node), 1], from: victim, round: 0, at: 0) }
        return hostileNode.values(sentTo: 1) + hostileNode.values(sentTo: 2)
    }

    @Test("a colluding group sends one vector to all its victims, hostile nodes on their own send as many as they have")
    func collusion() throws {
        let together = try forgeries(of: 7, collusion: 7) + forgeries(of: 8, collusion: 7)
        #expect(together.count == 4 && Set(together).count == 1)
        let alone = try forgeries(of: 7, collusion: nil) + forgeries(of: 8, collusion: nil)
        #expect(Set(alone).count == 4)
    }

    @Test("a group that attacks now and then does so together")
    func probability() throws {
        func rounds(_ node: Int, collusion: Int?) throws -> [Int] {
            let adversary = Self.adversary(try Self.noise(), rounds: 0..<200, probability: 0.5, collusion: collusion)
            return (0..<300).filter { adversary.attacks(in: Round($0), node: NodeID(node), seed: 1) }
        }
        #expect(try rounds(7, collusion: 7) == rounds(8, collusion: 7))
        #expect(try rounds(7, collusion: nil) != rounds(8, collusion: nil))
        #expect(try (60...140).contains(rounds(7, collusion: 7).count))
        #expect(try rounds(7, collusion: 7).allSatisfy { $0 < 200 })
    }

    @Test("outside its rounds a hostile node sends its model at once, within them only when it has heard the others")
    func rounds() throws {
        let behaviour = Behaviour.hostile(Self.adversary(try Self.noise(), rounds: 1..<2))
        var hostileNode = HandledNode(measureEvery: 1, behaviour: behaviour)
        hostileNode.join(1...2)
        #expect(hostileNode.models == [[0, 1], [0, 2]])
        for victim in 1...2 { hostileNode.receive(from: victim, round: 0, at: 0) }
        #expect(hostileNode.models.count == 2)
        for victim in 1...2 { hostileNode.receive(from: victim, round: 1, at: 0) }
        #expect(hostileNode.models.suffix(4) == [[1, 1], [1, 2], [2, 1], [2, 2]])
        #expect(hostileNode.snapshots == [0, 2], "no model of a round in which it attacks")
    }

    @Test("a forging node gives away no model of its own when a link comes back")
    func reconnects() throws {
        var hostileNode = HandledNode(behaviour: .hostile(Self.adversary(try Self.noise())))
        hostileNode.join(1...2)
        hostileNode.handle(.linkDown(NodeID(1)), at: 1)
        hostileNode.handle(.linkUp(NodeID(1), incarnation: 1), at: 2)
        #expect(hostileNode.models.isEmpty)
    }

    @Test("what its own kind sends is neither waited for nor mixed nor counted")
    func allies() throws {
        let behaviour = Behaviour.hostile(Self.adversary(try Self.noise(), allies: [NodeID(2)]))
        var hostileNode = HandledNode(measureEvery: 1, behaviour: behaviour)
        hostileNode.join(1...2)
        hostileNode.receive([.nan, 0], from: 2, round: 0, at: 0)
        hostileNode.receive([4, 4], from: 1, round: 0, at: 0)
        #expect(hostileNode.traces == [.init(round: 0, senders: [0, 1])])
        #expect(hostileNode.values(sentTo: 2).isEmpty)
        #expect(hostileNode.lastRecord?.missedModels == 0 && hostileNode.lastRecord?.rejections == [])
    }

    @Test("an eavesdropping link is heard by the attack, waited for, and mixed by nobody")
    func tap() throws {
        let neighbours = [
            NodeConfiguration.Neighbour(node: NodeID(1), weight: 0.5, receives: true),
            NodeConfiguration.Neighbour(node: NodeID(2), weight: 0, receives: false),
        ]
        let attack = SignFlip(.defaults(SignFlip.parameters))
        var hostileNode = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: 2, rounds: 5, neighbours: neighbours,
                budget: Budget(count: 0, weight: 0), seed: 1, measureEvery: 1),
            behaviour: .hostile(Self.adversary(attack)))
        hostileNode.join(1...2)
        hostileNode.receive([4, 8], from: 1, round: 0, at: 0)
        #expect(hostileNode.models.isEmpty)
        hostileNode.receive([6, 2], from: 2, round: 0, at: 0)
        #expect(hostileNode.values(sentTo: 1) == [[-5, -5]] && hostileNode.values(sentTo: 2).isEmpty)
        #expect(hostileNode.traces == [.init(round: 0, senders: [0, 1, 2])], "what the attack heard can be replayed")
        #expect(hostileNode.lastRecord?.mixedModels == 1)
    }

    @Test("an attack is told what its local steps started from, and its bytes are sent as they are")
    func startAndBytes() throws {
        let step = SignFlip(
            try ParameterValues([("of", .text("step"))], declared: SignFlip.parameters, key: "attack"))
        var hostileNode = HandledNode(behaviour: .hostile(Self.adversary(step)))
        hostileNode.join(1...2)
        let start = hostileNode.values(sentTo: 1)
        #expect(start.isEmpty)
        for victim in 1...2 { hostileNode.receive([4, 1], from: victim, round: 0, at: 0) }
        // From 0 its step goes by 1, the other way when it is told.
        #expect(hostileNode.values(sentTo: 1) == [[-1, -1]])

        var noisy = HandledNode(
            behaviour: .hostile(Self.adversary(Garbage(.defaults(Garbage.parameters)))))
        noisy.join(1...2)
        for victim in 1...2 { noisy.receive(from: victim, round: 0, at: 0) }
        let noise = noisy.sent.compactMap { if case .noise(let bytes) = $0.message { bytes } else { nil } }
        #expect(noise.map(\.count) == [64, 64] && noise[0] != noise[1])
    }

    @Test("noise where there is no link to refuse it is counted, and nothing else")
    func noise() {
        var node = HandledNode(rounds: 1, measureEvery: 1)
        node.join(1...2)
        node.handle(.received(.noise([1, 2, 3]), from: NodeID(1)), at: 0)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 0) }
        #expect(node.lastRecord?.rejections == [.init(reason: "badMagic", count: 1)])
    }

    @Test("a silent hostile node sends nothing, and ends like everyone")
    func silence() {
        var hostileNode = HandledNode(rounds: 2, behaviour: .hostile(Self.adversary(Silence(.defaults([])))))
        hostileNode.join(1...2)
        for round in 0..<2 { for victim in 1...2 { hostileNode.receive(from: victim, round: round, at: 0) } }
        #expect(hostileNode.sent.map(\.message) == [.bye(.finished), .bye(.finished)])
    }
}
