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
    private var counts: [(group: String, name: String, count: Int)] = []

    mutating func add(_ outcome: SoakOutcome) {
        cases += 1
        steps += outcome.steps
        guaranteesChecked += outcome.verdict.guaranteesChecked
        agreementsChecked += outcome.verdict.isAgreementChecked ? 1 : 0
        pacesChecked += outcome.verdict.isPaceChecked ? 1 : 0
        traceHash = (traceHash ^ outcome.traceHash) &* 0x9E37_79B9_7F4A_7C15 &+ outcome.soakCase.seed
        for strike in outcome.strikes { count("fault", strike.kind, strike.count) }
        for rejection in outcome.rejections { count("rejection", rejection.reason, rejection.count) }
        count("rule", outcome.soakCase.ruleKind, 1)
        count("attack", outcome.soakCase.attackKind, 1)
        count("exchange", outcome.soakCase.exchangeKind, 1)
        count("schedule", outcome.soakCase.scheduleKind, 1)
        if !outcome.violations.isEmpty { failures.append(outcome) }
    }

    mutating func refuse(_ seed: UInt64, _ reason: String) { refused.append((seed, reason)) }

    private mutating func count(_ group: String, _ name: String, _ number: Int) {
        if let index = counts.firstIndex(where: { $0.group == group && $0.name == name }) {
            counts[index].count += number
        } else {
            counts.append((group, name, number))
        }
    }

    /// How often each thing of a group ("fault", "rejection", "rule", "attack", "exchange", "schedule") was met, the
    /// most frequent first.
    public func counts(of group: String) -> [(name: String, count: Int)] {
        counts.filter { $0.group == group }.map { ($0.name, $0.count) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}

/// A soak: random cases, one for each seed.
public enum Soak {
    /// Cases that are in work at once on each thread before their results are put in order.
    private static let batch = 16
    /// In seconds. A case takes a twentieth of one; what takes so long does not end.
    public static let longestCase = 120

    /// Runs the cases of `seeds`, and stops early when asked to.
    ///
    /// - Parameters:
    ///   - progress: called now and then on the calling thread.
    ///   - hang: called, on any thread, with a seed that has been running for `longestCase`.
    ///   - shouldStop: asked now and then.
    public static func run(
        _ seeds: ClosedRange<UInt64>, threads: Int, progress: (SoakTally) -> Void = { _ in },
        hang: @escaping @Sendable (UInt64) -> Void = { _ in },
        shouldStop: (SoakTally) -> Bool = { _ in false }
    ) -> SoakTally {
        var tally = SoakTally()
        var next = seeds.lowerBound
        while next <= seeds.upperBound, !shouldStop(tally) {
            let last =
                seeds.upperBound - next < UInt64(threads * batch)
                ? seeds.upperBound : next + UInt64(threads * batch) - 1
            for (seed, result) in outcomes(of: Array(next...last), threads: threads, hang: hang) {
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
        of seeds: [UInt64], threads: Int, hang: @escaping @Sendable (UInt64) -> Void
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
                let alarm = DispatchSource.makeTimerSource(queue: .global())
                alarm.setEventHandler { hang(seeds[index]) }
                alarm.schedule(deadline: .now() + .seconds(longestCase))
                alarm.activate()
                let result = Result { try SoakRun.run(SoakCase(seed: seeds[index])) }
                alarm.cancel()
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { results in
            seeds.enumerated().compactMap { index, seed in results[index].map { (seed, $0) } }
        }
    }
}
