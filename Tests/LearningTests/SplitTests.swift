// Laws that every split of the catalogue obeys, and what each split promises beyond them.
import Kernels
import Learning
import Registry
import Testing
import TestSupport

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
        return try split.assign(.classes(labels, of: Self.classCount), participants: participants, random: &random)
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

    @Test("a split by classes refuses data without them", arguments: ["dirichlet", "oneLabel"])
    func classless(_ name: String) throws {
        let type = try SplitCatalog.all.entry(named: name)
        var random = RandomStream(seed: 1, purpose: .split)
        #expect(throws: ConfigurationFault("task.split \(name) goes by classes, and the data have real values")) {
            try type.init(.defaults(type.parameters)).assign(.values([1, 2]), participants: 2, random: &random)
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
            .classes(labels, of: SplitTests.classCount), participants: participants, random: &random)
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
        for participants in [1, 3, 30] {
            let parts = try split.assign(participants: participants)
            verdict.expect(try split.assign(participants: participants) == parts, "\(participants): not the same again")
            verdict.expect(
                try split.assign(participants: participants, seed: 2) != parts,
                "\(participants): the same for all seeds")
        }
    }
}
