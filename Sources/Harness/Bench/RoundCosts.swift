// What a round costs each node, whoever else is at work: processor time, context switches, and, by strace where it is
// installed, system calls.
import Kernels
import Platform
import Registry

/// Of one node in one round, in the mean over both.
struct RoundCosts {
    let processorMicroseconds: Double
    /// It had nothing to do until something came.
    let wakeUps: Double
    /// It had something to do, and another was given the processor.
    let preemptions: Double

    init(_ use: ProcessorUse, nodeRounds: Int) {
        processorMicroseconds = Double(use.time) / 1e3 / Double(nodeRounds)
        wakeUps = Double(use.voluntarySwitches) / Double(nodeRounds)
        preemptions = Double(use.involuntarySwitches) / Double(nodeRounds)
    }

    static let columns: [BenchReport.Column] =
        [
            .init(key: "processorMicroseconds", header: "processor us", decimals: 1),
            .init(key: "wakeUps", header: "wake-ups", decimals: 2),
            .init(key: "preemptions", header: "preempted", decimals: 2),
        ] + SystemCallCounts.columns

    static var notes: [String] {
        ["processor us and what follows it: of one node in one round, its start and first round left out."]
            + (SystemCallCounts.tracer == nil
                ? ["System calls are not counted: there is no strace."]
                : ["Calls: counted by strace in runs of their own, the longer less the shorter."])
    }

    static func figures(_ runs: [RoundCosts], _ calls: SystemCallCounts?) -> [Double?] {
        func median(_ figure: (RoundCosts) -> Double) -> Double {
            var sample = Sample()
            for run in runs { sample.add(figure(run)) }
            return sample.median
        }
        return [median(\.processorMicroseconds), median(\.wakeUps), median(\.preemptions)]
            + (calls?.figures ?? SystemCallCounts.columns.map { _ in nil })
    }
}

/// System calls of a node in a round.
struct SystemCallCounts {
    /// Rounds of the shorter of two runs; the longer one has twice as many, and what both have in common cancels out.
    private static let rounds = 100
    private static let kinds: [(header: String, names: Set<String>)] = [
        ("reads", ["read", "readv", "pread64", "recvfrom", "recvmsg", "recvmmsg"]),
        ("writes", ["write", "writev", "pwrite64", "sendto", "sendmsg", "sendmmsg"]),
        ("polls", ["poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2"]),
    ]

    static let columns: [BenchReport.Column] =
        kinds.map { .init(key: $0.header, header: $0.header, decimals: 2) } + [
            .init(key: "otherCalls", header: "other calls", decimals: 2),
            .init(key: "failedCalls", header: "failed", decimals: 2),
        ]

    /// The path of strace; `nil` where it is not installed.
    static let tracer: String? = ["/usr/bin/strace", "/usr/local/bin/strace", "/bin/strace"].first(where: Files.exists)

    /// In the order of the columns.
    let figures: [Double]

    /// - Returns: `nil` where nothing can be counted.
    static func measure(
        _ task: BenchTask, _ links: RoundRun.Links, program: String
    ) throws -> SystemCallCounts? {
        guard let tracer else { return nil }
        func calls(rounds: Int) throws -> [Double] {
            var task = task
            task.rounds = rounds
            let folder = try TemporaryDirectory()
            func path(_ node: Int) -> String { "\(folder.path)/\(node)" }
            _ = try RoundRun(of: task, links, program: program) { [tracer, "-f", "-c", "-o", path($0)] }
            return try (0..<task.nodes).map { Self.counts(String(decoding: try Files.read(path($0)), as: UTF8.self)) }
                .reduce(columns.map { _ in 0 }) { zip($0, $1).map(+) }
        }
        let (shorter, longer) = (try calls(rounds: rounds), try calls(rounds: 2 * rounds))
        return SystemCallCounts(figures: zip(longer, shorter).map { ($0 - $1) / Double(rounds * task.nodes) })
    }

    /// The calls that strace's table of one process tells of, in the order of the columns.
    static func counts(_ table: String) -> [Double] {
        var counts = [Double](repeating: 0, count: columns.count)
        for line in table.split(separator: "\n") {
            // Share, seconds, microseconds a call, calls, failed ones if there were any, name.
            let words = line.split(separator: " ")
            guard words.count >= 5, let calls = Double(words[3]), let name = words.last.map(String.init),
                name != "total"
            else { continue }
            counts[kinds.firstIndex { $0.names.contains(name) } ?? kinds.count] += calls
            if words.count > 5, let failed = Double(words[4]) { counts[kinds.count + 1] += failed }
        }
        return counts
    }
}
