// Soak: runs random cases on all processors, and sums what they met.
import Dispatch
import Kernels
import Synchronization

/// The sum over the cases of a soak.
public struct SoakTally: Sendable {
    public private(set) var cases = 0
    public private(set) var steps = 0
    public private(set) var guaranteesChecked = 0
    public private(set) var agreementsChecked = 0
    public private(set) var pacesChecked = 0
    public private(set) var failures: [SoakOutcome] = []
    /// Seeds that could not be run at all, and why.
    public private(set) var refused: [(seed: UInt64, reason: String)] = []
    /// Over all cases, in order of seeds: equal for equal runs.
    public private(set) var traceHash: UInt64 = 0
    /// The points that it counts, and for each how many cases reached it, and how often all of them together.
    public let points: SoakPoints
    public private(set) var casesReaching: [Int]
    public private(set) var timesReached: [Int]
    /// The first seed that reached each point.
    public private(set) var firstReaching: [UInt64?]
    /// Other courses that cases took from rare points.
    public private(set) var branches = 0
    /// Points that were reached although nothing is to reach them, and the first seed of each.
    public private(set) var contradictions: [(place: Int, seed: UInt64)] = []

    init(_ points: SoakPoints) {
        self.points = points
        casesReaching = [Int](repeating: 0, count: points.points.count)
        timesReached = casesReaching
        firstReaching = [UInt64?](repeating: nil, count: points.points.count)
    }

    mutating func add(_ outcome: SoakOutcome) {
        cases += 1
        branches += outcome.branches.count
        for (place, times) in outcome.reached {
            if casesReaching[place] == 0 {
                firstReaching[place] = outcome.soakCase.seed
                if points.points[place].isForbidden { contradictions.append((place, outcome.soakCase.seed)) }
            }
            casesReaching[place] += 1
            timesReached[place] += times
        }
        for course in [outcome] + outcome.branches {
            steps += course.steps
            guaranteesChecked += course.verdict.guaranteesChecked
            agreementsChecked += course.verdict.isAgreementChecked ? 1 : 0
            pacesChecked += course.verdict.isPaceChecked ? 1 : 0
            traceHash = (traceHash ^ course.traceHash) &* 0x9E37_79B9_7F4A_7C15 &+ course.soakCase.seed
            if !course.violations.isEmpty { failures.append(course) }
        }
    }

    mutating func refuse(_ seed: UInt64, _ reason: String) { refused.append((seed, reason)) }

    /// Whether every case ran and kept every invariant, and nothing was reached that nothing is to reach.
    public var holds: Bool { failures.isEmpty && refused.isEmpty && contradictions.isEmpty }

    /// The points that no case has reached and that are not excluded, by their places.
    public var neverReached: [Int] {
        points.points.indices.filter { casesReaching[$0] == 0 && points.points[$0].exclusion == nil }
    }

    /// Points that are met on the way, and so far in fewer cases than one of this many.
    func rare(oneIn count: Int) -> Set<Int> {
        Set(
            points.points.indices.filter {
                points.groups[points.points[$0].group].isMet && casesReaching[$0] * count < cases
            })
    }
}

/// A soak: random cases, one for each seed.
public enum Soak {
    /// Cases that are in work at once on each thread before their results are put in order.
    private static let batch = 16
    /// What is rare is decided anew after so many cases, from the first one on, however many threads there are.
    static let generation: UInt64 = 256
    /// A point is rare that fewer cases than one of so many have reached.
    static let rarity = 500
    /// In seconds, but for those in which the process stands still. A case takes a twentieth of one; what takes so long
    /// does not end.
    public static let longestCase = 120

    /// Runs the cases of `seeds`, and stops early when asked to.
    ///
    /// - Parameters:
    ///   - branches: the other courses that a case takes from the first rare point that it comes to.
    ///   - points: what is counted.
    ///   - progress: called now and then on the calling thread.
    ///   - hang: called, on any thread, with a seed that has been running for `longestCase`, and the sum up to then.
    ///   - shouldStop: asked now and then.
    public static func run(
        _ seeds: ClosedRange<UInt64>, threads: Int, branches: Int = 0, reaching points: SoakPoints = .all,
        progress: (SoakTally) -> Void = { _ in },
        hang: @escaping @Sendable (UInt64, SoakTally) -> Void = { _, _ in },
        shouldStop: (SoakTally) -> Bool = { _ in false }
    ) -> SoakTally {
        var tally = SoakTally(points)
        var next = seeds.lowerBound
        var rare: Set<Int> = []
        while next <= seeds.upperBound, !shouldStop(tally) {
            let done = next - seeds.lowerBound
            if branches > 0, done % generation == 0 { rare = tally.rare(oneIn: rarity) }
            let most = min(UInt64(threads * batch), generation - done % generation)
            let last = seeds.upperBound - next < most ? seeds.upperBound : next + most - 1
            let hangs: @Sendable (UInt64) -> Void = { [tally] seed in hang(seed, tally) }
            let results = outcomes(of: Array(next...last), threads: threads, hang: hangs) { [rare] seed in
                try SoakRun.run(SoakCase(seed: seed), reaching: points, branches: branches, at: rare)
            }
            for (seed, result) in results {
                switch result {
                case .success(let outcome): tally.add(outcome)
                case .failure(let fault): tally.refuse(seed, "\(fault)")
                }
            }
            progress(tally)
            guard last < seeds.upperBound else { break }
            next = last + 1
        }
        return tally
    }

    private static func outcomes(
        of seeds: [UInt64], threads: Int, hang: @escaping @Sendable (UInt64) -> Void,
        running run: @Sendable (UInt64) throws -> SoakOutcome
    ) -> [(seed: UInt64, result: Result<SoakOutcome, any Error>)] {
        let results = Mutex<[Int: Result<SoakOutcome, any Error>]>([:])
        let waiting = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while true {
                let index = waiting.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < seeds.count else { return }
                let alarm = CaseAlarm(after: longestCase) { hang(seeds[index]) }
                let result = Result { try run(seeds[index]) }
                alarm.cancel()
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { results in
            seeds.enumerated().compactMap { index, seed in results[index].map { (seed, $0) } }
        }
    }
}
