// Invariants: what must hold in every run, whatever goes wrong and whoever is hostile. It sees all that every node sent
// and mixed, as no node does.
public import Aggregation
public import Core
import Kernels
import Metrics
import Wire

/// One thing that must hold and did not.
public struct Violation: Sendable, Equatable, CustomStringConvertible {
    public enum Invariant: String, Sendable, CaseIterable {
        /// Honest models are finite.
        case finite
        /// A round closes once, and round numbers never go back.
        case roundOnce
        /// A node never publishes two models for one round.
        case oneModelARound
        /// Each neighbour is used at most once a round, and only for that round.
        case eachOnce
        /// Only what was sent to this node by the neighbour, whole and finite, is used.
        case nothingRefused
        /// Only neighbours of the round are heard, and nobody while a node is away: it keeps its model.
        case links
        /// A rule keeps what it guarantees.
        case guarantee
        /// Only hostile nodes are found to forge.
        case penalties
        /// A node holds one model and a backlog of each neighbour at most; the network keeps back few messages a link.
        case bounds
        /// A checkpoint is never of a later round than its node.
        case checkpoint
        /// Every honest node that was neither killed nor held for good finishes, soon after the last fault.
        case progress
        /// At the end the honest nodes agree about as well as if nobody had heard of anybody until the last fault was
        /// over, and nothing had gone wrong since.
        case consensus
        /// Hostile nodes that are late slow the honest nodes down by a bounded factor, after a start.
        case pace
    }

    public let invariant: Invariant
    public let node: NodeID?
    public let round: Round?
    public let detail: String

    public init(_ invariant: Invariant, node: NodeID? = nil, round: Round? = nil, _ detail: String) {
        self.invariant = invariant
        self.node = node
        self.round = round
        self.detail = detail
    }

    public var description: String {
        let place = [node.map { "node \($0)" }, round.map { "round \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return place.isEmpty ? "\(invariant.rawValue): \(detail)" : "\(invariant.rawValue): \(place): \(detail)"
    }
}

/// Checks a simulation while it runs.
public struct Invariants: Sendable {
    /// More of them tell nothing new.
    private static let mostViolations = 20
    private static let longestHold = 64

    private struct Source: Hashable {
        let sender: NodeID
        let round: Round
    }

    private let nodes: [NodeConfiguration]
    private let isHostile: [Bool]
    private let guarantee: Guarantee
    private let isAsynchronous: Bool
    /// These the plan lets never finish.
    private let heldForGood: Set<NodeID>
    /// For each node what was sent to it, of a hostile node perhaps several models for one round; only looked up.
    private var received: [[Source: [ModelMessage]]]
    /// For each node the hash of its model of each round; only looked up.
    private var published: [[Int: UInt64]]
    /// For each node the round it mixed last, and for each of its neighbours the round it used of it last.
    private var lastRound: [Int]
    private var lastUsed: [[NodeID: Round]]
    /// For each node the hash of what its last line came to.
    private var lastResult: [UInt64?]
    public private(set) var violations: [Violation] = []
    /// Mixes checked against what their rule guarantees.
    public private(set) var guaranteesChecked = 0

    /// - Parameters:
    ///   - nodes: in the order of their ids.
    ///   - guarantee: of the rule that all of them run.
    ///   - heldForGood: those that the plan of faults lets never finish.
    public init(
        _ nodes: [NodeConfiguration], isHostile: [Bool], guarantee: Guarantee, heldForGood: Set<NodeID> = []
    ) {
        self.heldForGood = heldForGood
        self.nodes = nodes
        self.isHostile = isHostile
        self.guarantee = guarantee
        isAsynchronous = nodes.first?.pace != .synchronous
        received = Array(repeating: [:], count: nodes.count)
        published = Array(repeating: [:], count: nodes.count)
        lastRound = Array(repeating: -1, count: nodes.count)
        lastUsed = Array(repeating: [:], count: nodes.count)
        lastResult = Array(repeating: nil, count: nodes.count)
    }

    public mutating func observe(_ observation: Observation) {
        switch observation {
        case .snapshot, .record, .sampled, .ownModel, .ended, .killed, .passed, .struck: break
        case .sent(let sender, let receiver, let message): observe(message, from: sender, to: receiver)
        case .sentState(let sender, let receiver, let state): note(state, from: sender, to: receiver)
        case .wrote(let node, let line):
            guard !isHostile[node.index] else { return }
            if line.checkpoint == nil { checkLinks(line, of: node) }
            lastResult[node.index] = line.result
        case .mixed(let node, let line, let result, let buffered):
            guard !isHostile[node.index] else { return }
            check(line, result, of: node)
            if buffered > (1 + nodes[node.index].backlog) * nodes[node.index].neighbours.count {
                report(.bounds, node, line.round, "it holds \(buffered) models of neighbours")
            }
        case .saved(let node, let checkpoint, let round):
            if checkpoint.rounds > round.number {
                report(.checkpoint, node, round, "a checkpoint of round \(checkpoint.rounds)")
            }
        }
    }

    /// What can only be said at the end.
    ///
    /// - Parameter deadline: of a round.
    public mutating func end(_ result: SimulationResult, deadline: Nanoseconds) {
        for (index, ending) in result.endings.enumerated() where !isHostile[index] {
            let node = NodeID(index)
            guard !result.killed.contains(node) else { continue }
            switch ending {
            case .finished(let model):
                if !allFinite(model.span) { report(.finite, node, nil, "its final model is not finite") }
            case .diverged(let round):
                report(.finite, node, round, "it diverged")
            case _ where heldForGood.contains(node): break
            default:
                report(.progress, node, nil, ending?.failure ?? "it did not finish")
            }
        }
        // Every gossip step may take as long as a round.
        let steps = nodes.first?.steps ?? 0
        if heldForGood.isEmpty, let calm = result.calmSince {
            let time = result.virtualNanoseconds - calm.nanoseconds
            if time > (2 * deadline).clampedTimes(Nanoseconds(steps + 2)) {
                report(.progress, nil, nil, "\(time / 1_000_000) ms passed after the last fault")
            }
        }
        if result.longestHold > Self.longestHold {
            report(.bounds, nil, nil, "\(result.longestHold) messages were kept back on one link")
        }
    }

    private mutating func report(_ invariant: Violation.Invariant, _ node: NodeID?, _ round: Round?, _ detail: String) {
        guard violations.count < Self.mostViolations else { return }
        violations.append(Violation(invariant, node: node, round: round, detail))
    }

    // MARK: - What is sent

    private mutating func observe(_ message: ModelMessage, from sender: NodeID, to receiver: NodeID) {
        note(message, from: sender, to: receiver)
        guard !isHostile[sender.index] else { return }
        if !allFinite(message.values.span) {
            report(.finite, sender, message.round, "it publishes a model that is not")
        }
        let known = published[sender.index].updateValue(message.digest, forKey: message.round.number)
        if let known, known != message.digest {
            report(.oneModelARound, sender, message.round, "it publishes a second model")
        }
    }

    private mutating func note(_ message: ModelMessage, from sender: NodeID, to receiver: NodeID) {
        received[receiver.index][Source(sender: sender, round: message.round), default: []].append(message)
    }

    // MARK: - What is mixed

    private mutating func check(_ line: TraceLine, _ result: [Float], of node: NodeID) {
        let isEntry = line.checkpoint != nil
        let last = lastRound[node.index]
        if line.round.number <= last, !(isEntry && line.round.number == nodes[node.index].steps) {
            report(.roundOnce, node, line.round, "after round \(last)")
        }
        lastRound[node.index] = isEntry ? line.round.number - 1 : line.round.number
        if !allFinite(result.span) { report(.finite, node, line.round, "its mixed model is not") }
        if hash64(result) != line.result { report(.roundOnce, node, line.round, "the next round starts elsewhere") }
        for (one, next) in zip(line.inputs, line.inputs.dropFirst()) where one.sender >= next.sender {
            report(.eachOnce, node, line.round, "node \(next.sender) is used twice")
        }
        for offender in line.offenders where !isHostile[offender.index] {
            report(.penalties, node, line.round, "honest node \(offender) counts as a hostile node")
        }
        var heard: [ReceivedModel] = []
        for input in line.inputs where input.sender != node {
            check(input, of: line, isEntry: isEntry, by: node)
            if let message = received(input, by: node) {
                heard.append(ReceivedModel(sender: input.sender, message: message))
            }
        }
        guard heard.count + (isEntry ? 0 : 1) == line.inputs.count else { return }
        if isEntry {
            checkEntry(line, heard, result, of: node)
        } else if !line.inputs.isEmpty, line.inputs.count > 1 {
            checkGuarantee(line, heard, result, of: node)
        }
    }

    private mutating func checkLinks(_ line: TraceLine, of node: NodeID) {
        let configuration = nodes[node.index]
        guard configuration.schedule != nil else { return }
        let links = configuration.roundNeighbourhood(in: line.round).links
        for input in line.inputs where input.sender != node {
            let member = configuration.slot(of: input.sender).flatMap(links.member)
            if member?.weight == nil {
                report(.links, node, line.round, "node \(input.sender) is heard, which it has no link from")
            }
        }
        if configuration.rests(in: line.round), let last = lastResult[node.index], last != line.result {
            report(.links, node, line.round, "its model changes while it is away")
        }
    }

    private mutating func check(_ input: TraceLine.Input, of line: TraceLine, isEntry: Bool, by node: NodeID) {
        guard let message = received(input, by: node) else {
            return report(
                .nothingRefused, node, line.round,
                "node \(input.sender) never sent it the model that was used for round \(input.round)")
        }
        let channels = isEntry ? nodes[node.index].shared : nodes[node.index].channels
        if !allFinite(message.values.span) || message.values.count != channels.elementCount {
            report(.nothingRefused, node, line.round, "a model of node \(input.sender) that must be refused is used")
        }
        if !isEntry, !isAsynchronous, input.round != line.round {
            report(.eachOnce, node, line.round, "node \(input.sender)'s model of round \(input.round) is used")
        }
        if isAsynchronous {
            let last = lastUsed[node.index].updateValue(input.round, forKey: input.sender)
            if let last, last > input.round, !isEntry {
                report(.eachOnce, node, line.round, "node \(input.sender)'s rounds go back to \(input.round)")
            }
        }
    }

    /// The model that a trace names, if it was sent.
    private func received(_ input: TraceLine.Input, by node: NodeID) -> ModelMessage? {
        received[node.index][Source(sender: input.sender, round: input.round)]?.first { $0.digest == input.digest }
    }

    /// Whether `value` lies between the least and the greatest of `honest`, up to rounding.
    private static func isInBox(_ value: Float, _ honest: [Float]) -> Bool {
        guard let least = honest.min(), let greatest = honest.max() else { return true }
        let slack = 1e-4 * max(abs(least), abs(greatest)) + 1e-6
        return value >= least - slack && value <= greatest + slack
    }

    private mutating func checkEntry(_ line: TraceLine, _ heard: [ReceivedModel], _ result: [Float], of node: NodeID) {
        let honest = heard.filter { !isHostile[$0.sender.index] }
        let hostile = nodes[node.index].budget.count
        guard heard.count - honest.count <= hostile, heard.count > 2 * hostile else { return }
        guaranteesChecked += 1
        // Its mass it has from itself.
        let entered = nodes[node.index].carriesMass ? result.indices.dropLast() : result.indices
        let leaves = entered.first { index in
            !Self.isInBox(result[index], honest.map { $0.message.values[index] })
        }
        if let leaves {
            report(.guarantee, node, line.round, "it enters outside the honest range in element \(leaves)")
        }
    }

    private mutating func checkGuarantee(
        _ line: TraceLine, _ heard: [ReceivedModel], _ result: [Float], of node: NodeID
    ) {
        let configuration = nodes[node.index]
        let neighbourhood = configuration.roundNeighbourhood(in: line.round)
        func weight(of node: NodeID) -> Double? {
            configuration.slot(of: node).flatMap(neighbourhood.links.mixingWeight)
        }
        let mixed = heard.compactMap { one in weight(of: one.sender).map { (heard: one, weight: $0) } }
        let hostile = mixed.filter { isHostile[$0.heard.sender.index] }
        let honest = mixed.filter { !isHostile[$0.heard.sender.index] }
        guard let own = received(own: line, of: node) else { return }
        let offended = line.offenders.compactMap(weight)
        switch guarantee {
        case .isolation:
            guaranteesChecked += 1
            if result != own { report(.guarantee, node, line.round, "neighbours have influence") }
        case .honestBox:
            let budget = max(0, neighbourhood.budget.count - offended.count)
            guard hostile.count <= budget, mixed.count > 2 * budget else { return }
            guaranteesChecked += 1
            let leaves = result.indices.first { index in
                !Self.isInBox(result[index], honest.map { $0.heard.message.values[index] } + [own[index]])
            }
            if let leaves { report(.guarantee, node, line.round, "element \(leaves) leaves the honest range") }
        case .summation(let coefficient):
            let budget = max(0, neighbourhood.budget.weight - offended.reduce(0, +))
            guard hostile.reduce(0, { $0 + $1.weight }) <= budget + Budget.tolerance else { return }
            guaranteesChecked += 1
            var spread = 0.0
            var error = 0.0
            var scale = 0.0
            for index in result.indices {
                var difference = Double(result[index]) - Double(own[index])
                scale += Double(own[index]) * Double(own[index])
                for (one, weight) in honest {
                    let offset = Double(one.message.values[index]) - Double(own[index])
                    difference -= weight * offset
                    spread += weight * offset * offset
                }
                error += difference * difference
            }
            if error > coefficient * budget * spread * (1 + 1e-3) + 1e-8 * (scale + spread) {
                report(
                    .guarantee, node, line.round, "|Φ − Σ w z|² is \(error), allowed \(coefficient * budget * spread)")
            }
        default:
            break
        }
    }

    /// The node's own model that went into a mix, if anyone was sent it.
    private func received(own line: TraceLine, of node: NodeID) -> [Float]? {
        let sent = nodes[node.index].neighbours.lazy.filter(\.receives).compactMap { neighbour in
            self.received[neighbour.node.index][Source(sender: node, round: line.round)]?.first
        }
        return sent.first?.values
    }
}
