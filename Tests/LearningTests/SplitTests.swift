// Laws that every split of the catalogue obeys, and what each split promises beyond them.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("Splits")
struct SplitTests {
    /// Seven classes of unequal size, interleaved.
    static let labels: [Int32] = (0..<1_009).map { Int32($0 * $0 % 7) } + [Int32](repeating: 3, count: 40)
    static let classCount = 7

    private func assign(
        _ name: String, _ given: [(name: String, value: ParameterValue)] = [], labels: [Int32] = labels,
        participants: Int, seed: UInt64 = 1
    ) throws -> [[Int32]] {
        let type = try SplitCatalog.all.entry(named: name)
        let split = try type.init(ParameterValues(given, declared: type.parameters, key: "split"))
        var random = RandomStream(seed: seed, purpose: .split)
        return try split.assign(
            SplitBasis(.classes(labels, of: Self.classCount)), participants: participants, random: &random)
    }

    /// How many samples of each class each part has.
    private func classCounts(_ parts: [[Int32]]) -> [[Int]] {
        parts.map { part in
            var counts = [Int](repeating: 0, count: Self.classCount)
            for sample in part { counts[Int(Self.labels[Int(sample)])] += 1 }
            return counts
        }
    }

    @Test("keep the laws", arguments: SplitLaws.all, CatalogSplit.all)
    func keep(law: Law<CatalogSplit>, split: CatalogSplit) throws {
        let violations = try law.violations(of: split)
        #expect(violations == [])
    }

    @Test("that are made to break a law are found out", arguments: SplitLaws.all)
    func breakOne(law: Law<CatalogSplit>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("iid parts differ by one sample at most, the first ones having more")
    func iidSizes() throws {
        let sizes = try assign("iid", participants: 10).map(\.count)
        #expect(sizes == [Int](repeating: 105, count: 9) + [104])
    }

    @Test("iid parts have every class in about its share")
    func iidShares() throws {
        let whole = classCounts([Self.labels.indices.map { Int32($0) }])[0]
        for counts in classCounts(try assign("iid", participants: 4)) {
            // Five standard deviations of the binomial are more than those of drawing without replacement.
            for (count, all) in zip(counts, whole) {
                #expect(abs(Double(count) - Double(all) / 4) <= 5 * (Double(all) * 3 / 16).squareRoot())
            }
        }
    }

    @Test("dirichlet at great alpha shares every class out evenly")
    func greatAlpha() throws {
        let parts = classCounts(try assign("dirichlet", [("alpha", .number(1e6))], participants: 5))
        for c in 0..<Self.classCount {
            let counts = parts.map { $0[c] }
            #expect(counts.max()! - counts.min()! <= 2)
        }
    }

    @Test("dirichlet at small alpha leaves each class to one node, another one from seed to seed")
    func smallAlpha() throws {
        var owners = Set<[Int]>()
        for seed in 1...20 {
            let parts = classCounts(
                try assign("dirichlet", [("alpha", .number(1e-6))], participants: 5, seed: UInt64(seed)))
            for c in 0..<Self.classCount { #expect(parts.filter { $0[c] > 0 }.count <= 1) }
            owners.insert(parts.map { $0.filter { $0 > 0 }.count })
        }
        #expect(owners.count > 10)
    }

    @Test("dirichlet shares have the mean and variance of the distribution", arguments: [0.1, 1, 10])
    func dirichletMoments(_ alpha: Double) throws {
        let participants = 4
        let draws = 2_000
        let labels = [Int32](repeating: 3, count: 1_000)
        var shares = [[Double]](repeating: [], count: participants)
        for seed in 0..<draws {
            let parts = try assign(
                "dirichlet", [("alpha", .number(alpha))], labels: labels, participants: participants,
                seed: UInt64(seed))
            for (participant, part) in parts.enumerated() { shares[participant].append(Double(part.count) / 1_000) }
        }
        let mean = 1 / Double(participants)
        let variance = mean * (1 - mean) / (Double(participants) * alpha + 1)
        for drawn in shares {
            let found = drawn.reduce(0, +) / Double(draws)
            let spread = drawn.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(draws)
            // Cutting at whole samples moves a share by 0.001 at most.
            #expect(abs(found - mean) < 5 * (variance / Double(draws)).squareRoot() + 0.001)
            #expect(abs(spread / variance - 1) < 0.2)
        }
    }

    @Test("oneLabel gives node i class i mod C, shared evenly", arguments: [7, 8, 20])
    func oneLabelManyNodes(_ participants: Int) throws {
        let parts = classCounts(try assign("oneLabel", participants: participants))
        for (node, counts) in parts.enumerated() {
            #expect(counts.indices.filter { $0 != node % Self.classCount }.allSatisfy { counts[$0] == 0 })
        }
        for c in 0..<Self.classCount {
            let sizes = stride(from: c, to: participants, by: Self.classCount).map { parts[$0][c] }
            #expect(sizes.max()! - sizes.min()! <= 1)
        }
    }

    @Test("oneLabel with fewer nodes than classes gives class c to node c mod h", arguments: [1, 2, 6])
    func oneLabelFewNodes(_ participants: Int) throws {
        let parts = classCounts(try assign("oneLabel", participants: participants))
        for (node, counts) in parts.enumerated() {
            for (c, count) in counts.enumerated() where c % participants != node { #expect(count == 0) }
        }
    }

    /// The positions sorted by label, then position.
    private static let sorted = labels.indices.map { Int32($0) }.sorted {
        (labels[Int($0)], $0) < (labels[Int($1)], $1)
    }

    @Test("one shard a node is a cut of the samples sorted by label")
    func extreme() throws {
        let parts = try assign("shards", [("shardsPerNode", .number(1))], participants: 8)
        #expect(parts == cutEvenly(Self.sorted, parts: 8))
    }

    @Test("shards are dealt whole, as many to each node")
    func dealt() throws {
        let shards = Set(cutEvenly(Self.sorted, parts: 12))
        let parts = try assign("shards", [("shardsPerNode", .number(3))], participants: 4)
        for part in parts {
            let third = shards.filter { part.starts(with: $0) }
            #expect(third.count == 1 && shards.filter { Set($0).isSubset(of: part) }.count == 3)
        }
        #expect(parts.flatMap { $0 } != Self.sorted)
    }

    @Test("values are sorted as labels are, and samples without targets stay in order")
    func withoutClasses() throws {
        let split = ShardsSplit(
            try ParameterValues(
                [("shardsPerNode", .number(1))], declared: ShardsSplit.parameters, key: "split"))
        var random = RandomStream(seed: 1, purpose: .split)
        #expect(
            split.assign(SplitBasis(.values([2, -1, 5, 0])), participants: 2, random: &random) == [[1, 3], [0, 2]])
        #expect(split.assign(SplitBasis(.none(3)), participants: 2, random: &random) == [[0, 1], [2]])
    }

    @Test("gammaSimilarity shares out a part at random and the rest by label", arguments: [0, 0.25, 1])
    func similarity(_ gamma: Double) throws {
        let parts = try assign("gammaSimilarity", [("gamma", .number(gamma))], participants: 5)
        let similar = Int(gamma * Double(Self.labels.count))
        let sizes = cutEvenly(0..<Int32(similar), parts: 5).map(\.count)
        let rest = zip(parts, sizes).flatMap { $0.dropFirst($1) }
        #expect(rest == Self.sorted.filter(Set(rest).contains) && rest.count == Self.labels.count - similar)
        if gamma == 0 { #expect(parts == cutEvenly(Self.sorted, parts: 5)) }
        if gamma == 0.25 {
            let drawn = Set(zip(parts, sizes).flatMap { $0.prefix($1) })
            #expect(drawn.count == similar && !drawn.isSubset(of: Self.sorted.prefix(similar * 2)))
        }
    }

    @Test("dumbbell parts the classes at p = 1, and mixes them at p = 0")
    func dumbbell() throws {
        // Of seven classes four are in the first half, of five nodes three.
        let parted = classCounts(try assign("dumbbell", participants: 5))
        for (node, counts) in parted.enumerated() {
            #expect(counts.indices.filter { counts[$0] > 0 }.allSatisfy { ($0 < 4) == (node < 3) })
        }
        let mixed = try assign("dumbbell", [("p", .number(0))], participants: 2)
        for (counts, other) in zip(classCounts([mixed[0]])[0], classCounts([mixed[1]])[0]) {
            // Five standard deviations.
            #expect(abs(Double(counts - other)) <= 5 * Double(counts + other).squareRoot() + 1)
        }
        let some = classCounts(try assign("dumbbell", [("p", .number(0.8))], participants: 2))
        let strangers = some[0][4...].reduce(0, +)
        let second = some[0][4...].reduce(0, +) + some[1][4...].reduce(0, +)
        #expect(strangers == Int((1 - 0.8) / 2 * Double(second)))
    }

    @Test("dirichletPerNode gives nodes of equal size their own proportions")
    func dirichletPerNode() throws {
        let parts = try assign("dirichletPerNode", [("alpha", .number(1e-3))], participants: 50)
        #expect(Set(parts.map(\.count)).isSubset(of: [20, 21]))
        // Until a class runs out, a node has one class.
        let pure = classCounts(parts).count { $0.max()! >= 20 }
        #expect(pure > 15 && pure < 50)
        let balanced = (0..<700).map { Int32($0 % 7) }
        var random = RandomStream(seed: 1, purpose: .split)
        let split = DirichletPerNodeSplit(
            try ParameterValues(
                [("alpha", .number(1e6))], declared: DirichletPerNodeSplit.parameters, key: "split"))
        let even = try split.assign(SplitBasis(.classes(balanced, of: 7)), participants: 5, random: &random)
        for part in even {
            for label in 0..<7 {
                let count = part.count { balanced[Int($0)] == label }
                #expect(abs(Double(count) - 20) <= 5 * (20.0 * 6 / 7).squareRoot())
            }
        }
    }

    @Test("byGroup gives group i to node i mod h")
    func groups() throws {
        let split = GroupSplit(.defaults([]))
        var random = RandomStream(seed: 1, purpose: .split)
        let basis = SplitBasis(.none(5), groups: [2, 0, 1, 2, 0])
        #expect(try split.assign(basis, participants: 2, random: &random) == [[0, 1, 3, 4], [2]])
        #expect(try split.assign(basis, participants: 4, random: &random) == [[1, 4], [2], [0, 3], []])
        let text = message { () throws(ConfigurationFault) in
            _ = try split.assign(SplitBasis(.none(5)), participants: 2, random: &random)
        }
        #expect(text.hasPrefix("task.split byGroup goes by whose the samples are, which these data do not say; "))
    }

    @Test("a split is drawn again until nobody has too few, within limits")
    func minimum() throws {
        let split = DirichletSplit(
            try ParameterValues([("alpha", .number(0.2))], declared: DirichletSplit.parameters, key: "split"))
        let basis = SplitBasis(.classes(Self.labels, of: Self.classCount))
        func parts(atLeast minimum: Int) throws(ConfigurationFault) -> [[Int32]] {
            var random = RandomStream(seed: 3, purpose: .split)
            return try split.assign(basis, participants: 8, atLeast: minimum, key: "minimum", random: &random)
        }
        var random = RandomStream(seed: 3, purpose: .split)
        let first = try split.assign(basis, participants: 8, random: &random)
        #expect(try parts(atLeast: 0) == first)
        let least = first.map(\.count).min()!
        #expect(try parts(atLeast: least) == first)
        let again = try parts(atLeast: least + 15)
        #expect(again != first && again.allSatisfy { $0.count >= least + 15 })
        #expect(again.joined().sorted() == Self.labels.indices.map { Int32($0) })
        #expect(
            message { () throws(ConfigurationFault) in _ = try parts(atLeast: 131) }
                .hasPrefix("minimum is 131, but in the best of 1000 draws of the split dirichlet a node has only "))
        #expect(
            message { () throws(ConfigurationFault) in _ = try parts(atLeast: 132) }
                == "minimum is 132, but 1049 samples are only 131 for each of 8 nodes")
    }

    @Test(
        "a split by classes refuses data without them",
        arguments: ["dirichlet", "dirichletPerNode", "oneLabel", "dumbbell"])
    func classless(_ name: String) throws {
        let type = try SplitCatalog.all.entry(named: name)
        var random = RandomStream(seed: 1, purpose: .split)
        #expect(throws: ConfigurationFault("task.split \(name) goes by classes, and the data have real values")) {
            try type.init(.defaults(type.parameters)).assign(
                SplitBasis(.values([1, 2])), participants: 2, random: &random)
        }
    }
}

/// A split of the catalogue, by name in test listings.
struct CatalogSplit: CustomTestStringConvertible, Sendable {
    let type: any Split.Type
    var testDescription: String { type.name }
    static let all = SplitCatalog.all.entries.map { CatalogSplit(type: $0) }

    func assign(_ labels: [Int32] = SplitTests.labels, participants: Int, seed: UInt64 = 1) throws -> [[Int32]] {
        var random = RandomStream(seed: seed, purpose: .split)
        return try type.init(.defaults(type.parameters)).assign(
            SplitBasis(.classes(labels, of: SplitTests.classCount), groups: labels), participants: participants,
            random: &random)
    }
}

enum SplitLaws {
    static let all = [partition, nothing, seeded]

    static let partition = Law(
        "every sample goes to exactly one participant", brokenBy: CatalogSplit(type: Losing.self)
    ) { split, verdict in
        for participants in [1, 2, 6, 7, 8, 20, 200, 1_500] {
            let parts = try split.assign(participants: participants)
            let isWhole = parts.joined().sorted() == SplitTests.labels.indices.map { Int32($0) }
            verdict.expect(parts.count == participants && isWhole, "among \(participants): \(parts.map(\.count))")
        }
    }

    static let nothing = Law("no samples are no fault", brokenBy: CatalogSplit(type: Conjuring.self)) {
        split, verdict in
        let parts = try split.assign([], participants: 3)
        verdict.expect(parts == [[], [], []], "\(parts)")
    }

    static let seeded = Law("a split is a function of its stream", brokenBy: CatalogSplit(type: Stubborn.self)) {
        split, verdict in
        for participants in [3, 30] {
            let parts = try split.assign(participants: participants)
            verdict.expect(try split.assign(participants: participants) == parts, "\(participants): not the same again")
            // Whose samples are is not a matter of chance.
            verdict.expect(
                try split.type == GroupSplit.self || split.assign(participants: participants, seed: 2) != parts,
                "\(participants): the same for all seeds")
        }
    }
}
