// The points that a soak is to reach: all of them are named, counted alike on any number of threads, and what is said of
// those that nothing reaches is held against the soak.
import Core
import Faults
import JSON
import Kernels
import Simulation
import Testing
import Wire

@testable import Harness

@Suite("Points of a soak")
struct SoakPointsTests {
    @Test("every name of the catalogues and enums is a point")
    func names() {
        let points = SoakPoints.all
        #expect(FaultCatalog.all.names.allSatisfy { points.place(.fault, $0) != nil })
        #expect(Rejection.allCases.allSatisfy { points.place(.rejection, $0.rawValue) != nil })
        #expect(Milestone.allCases.allSatisfy { points.place(.milestone, $0.name) != nil })
        #expect(points.place(.fault, "frogs") == nil)
        let count = points.groups.reduce(0) { $0 + $1.count }
        #expect(points.points.count == count && Set(points.points.indices.map(points.description)).count == count)
    }

    @Test("every milestone has a bit and a sentence of its own")
    func milestones() {
        #expect(Set(Milestone.allCases.map(\.sentence)).count == Milestone.allCases.count)
        for milestone in Milestone.allCases {
            var set = Milestones()
            #expect(set.isEmpty)
            set.insert(milestone)
            #expect(set.all == [milestone] && !set.isEmpty)
        }
    }

    @Test("each exclusion covers a point, and none covers a whole catalogue")
    func exclusions() {
        for exclusion in SoakPoints.exclusions {
            let group = SoakPoints.all.groups.first { $0.name == exclusion.group }
            let columns = group?.columns?.names ?? [""]
            let covered = (group?.rows.names ?? []).flatMap { row in
                columns.filter { exclusion.covers(row, $0) }
            }
            #expect(!covered.isEmpty, "\(exclusion.group): \(exclusion.reason)")
            #expect(covered.count < group?.count ?? 0, "\(exclusion.group): \(exclusion.reason)")
        }
    }

    /// Counts two axes, and nothing else.
    private func points(_ exclusions: [PointExclusion] = [], more: [String] = []) -> SoakPoints {
        let faults = PointAxis("fault", FaultCatalog.all.names + more)
        return SoakPoints([PointGroup(.carriage), PointGroup(faults, isMet: true)], exclusions: exclusions)
    }

    @Test("a point that nothing reaches is told, unless it is excluded")
    func neverReached() {
        let seeds: ClosedRange<UInt64> = 1...40
        let all = Soak.run(seeds, threads: 2, reaching: points())
        #expect(all.neverReached.isEmpty && all.holds)
        let more = Soak.run(seeds, threads: 2, reaching: points(more: ["frogs"]))
        #expect(more.neverReached.map(more.points.description) == ["fault frogs"] && more.holds)
        let exclusion = PointExclusion("fault", "they are not of this world") { row, _ in row == "frogs" }
        let excluded = points([exclusion], more: ["frogs"])
        let none = Soak.run(seeds, threads: 2, reaching: excluded)
        #expect(none.neverReached.isEmpty && none.contradictions.isEmpty && none.holds)
    }

    @Test("an excluded point that is reached fails the soak, and tells the first seed")
    func contradiction() throws {
        let exclusion = PointExclusion("carriage", "planted") { row, _ in row == Carriage.values.rawValue }
        let tally = Soak.run(1...24, threads: 2, reaching: points([exclusion]))
        let first = try #require((1...24).first { SoakCase(seed: $0).carriage == .values })
        let told = try #require(tally.contradictions.first)
        #expect(tally.contradictions.count == 1 && told.seed == UInt64(first) && !tally.holds)
        let chance = PointExclusion("carriage", "planted", mayHappen: true) { row, _ in row == Carriage.values.rawValue
        }
        let lucky = Soak.run(1...24, threads: 2, reaching: points([chance]))
        #expect(lucky.contradictions.isEmpty && lucky.holds && lucky.casesReaching == tally.casesReaching)
        #expect(!lucky.points.points.contains { $0.isForbidden } && tally.points.points.contains { $0.isForbidden })
        #expect(tally.points.description(of: told.place) == "carriage values" && tally.failures.isEmpty)
    }

    @Test("one thread and two count the same, with branches and without", arguments: [0, 1])
    func threads(branches: Int) throws {
        let tallies = [1, 2].map { Soak.run(501...512, threads: $0, branches: branches) }
        #expect(tallies[0].casesReaching == tallies[1].casesReaching)
        #expect(tallies[0].timesReached == tallies[1].timesReached)
        #expect(tallies[0].timesReached.contains { $0 > 0 } && tallies[0].traceHash == tallies[1].traceHash)
    }

    @Test("points are rare that fewer cases than one of so many have met, and what is drawn never is")
    func rarity() {
        let tally = Soak.run(1...8, threads: 2)
        let rare = tally.rare(oneIn: 4)
        #expect(tally.rare(oneIn: 1_000_000).count < rare.count)
        for place in tally.points.points.indices {
            let isMet = tally.points.groups[tally.points.points[place].group].isMet
            #expect(rare.contains(place) == (isMet && tally.casesReaching[place] < 2))
        }
        #expect(SoakTally(.all).rare(oneIn: 500).isEmpty)
    }

    @Test("the table has 80 columns, and the JSON every point")
    func table() {
        let tally = Soak.run(1...8, threads: 2)
        let table = SoakTable(tally)
        let lines = table.lines + table.neverReached
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
        #expect(lines.contains { $0.hasPrefix("never reached: ") })
        #expect(table.json.elements.count == tally.points.points.count)
    }
}
