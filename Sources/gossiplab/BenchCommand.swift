// gossiplab bench: how fast this program is on this machine, each figure beside a limit measured in the same run.
import Harness
import Platform
import Registry

enum BenchCommand: Command {
    static let name = "bench"
    static let usage = "bench NAME"
    static let summary =
        "Measures " + BenchCatalog.all.map { $0.name }.joined(separator: ", ") + " beside limits of this machine."
    static let flags: [Flag] = {
        var flags = [
            Flag("repetitions", "N", "measurements, of which medians are shown (default 5)"),
            Flag("quiet", nil, "no progress"),
            Flag("json", nil, "the figures as JSON"),
        ]
        for flag in BenchCatalog.all.flatMap({ $0.flags }) where !flags.contains(where: { $0.name == flag.name }) {
            let takers = BenchCatalog.all.filter { $0.flags.contains { $0.name == flag.name } }.map { $0.name }
            flags.append(
                Flag(
                    flag.name, flag.placeholder, "\(takers.joined(separator: ", ")): \(flag.summary)",
                    values: flag.values))
        }
        return flags
    }()

    static let examples = [
        Example("bench rules --rule krum --dimension 10000", "how long a rule takes, beside what memory allows")
    ]

    static func argument(after words: [String]) -> Completion {
        words.isEmpty ? .words(BenchCatalog.all.map { $0.name }) : .nothing
    }

    static func run(_ flags: Flags) throws -> Int32 {
        let words = flags.words
        if words.first == BareExchange.word {
            try BareExchange.takePart(Array(words.dropFirst()))
            return ExitCode.success
        }
        if words.first == LinkBench.word {
            try LinkBench.takePart(Array(words.dropFirst()))
            return ExitCode.success
        }
        guard let name = words.first, words.count == 1 else {
            let known = BenchCatalog.all.map { $0.name }.joined(separator: ", ")
            throw ConfigurationFault(.missing(key: "the benchmark", expected: "one of \(known)"))
        }
        let bench = try BenchCatalog.named(name)
        let others = BenchCatalog.all.flatMap { $0.flags }.filter { flag in
            !bench.flags.contains { $0.name == flag.name }
        }
        if let other = others.first(where: { flags.has($0.name) }) {
            throw ConfigurationFault("--\(other.name) is not for 'bench \(name)'")
        }
        let isJSON = flags.has("json")
        var fault: (any Error)?
        let report = try bench.run(
            BenchSettings(
                flags: flags, repetitions: try flags.count("repetitions", 1...1_000, default: 5), node: nodeProgram(),
                laboratory: try Files.pathOfThisProgram(),
                announce: { if !flags.has("quiet") { StandardError.print("measuring \($0)") } },
                show: { lines in
                    guard !isJSON, fault == nil else { return }
                    do { try StandardOutput.print(lines: lines) } catch let error { fault = error }
                }))
        if let fault { throw fault }
        if isJSON {
            try StandardOutput.print(json: report.json)
        } else {
            try StandardOutput.print(lines: report.closing)
        }
        return ExitCode.success
    }
}
