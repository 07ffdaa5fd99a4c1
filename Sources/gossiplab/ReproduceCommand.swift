// gossiplab reproduce: a paper's experiments, theirs beside ours, with a verdict on every claim.
import Harness
import JSON
import Platform
import Registry

enum ReproduceCommand: Command {
    static let name = "reproduce"
    static let usage = "reproduce NAME"
    static let summary = "Runs a paper's experiments and judges its claims; goes on where it was stopped."
    static let flags = [
        Flag("quick", nil, "in minutes, on the built-in digits, instead of the paper's own setting"),
        Flag("data", "KIND=DIR", "where the user's data are: mnist=DIR, cifar10=DIR; may be repeated"),
        Flag("sweep", "NAME", "run this sweep of the pack only, without what it computes beside; may be repeated"),
        Flag(
            "shard", "I/N",
            "run the I-th of N parts only; auto: as the job array says; the command without it reports"),
        Flag("out", "DIR", "parent folder of the pack's folder (default runs)"),
        Flag("threads", "N", "cells simulated at the same time (default: one a processor)"),
        Flag("quiet", nil, "no progress"),
        Flag("json", nil, "print the claims as one JSON object instead of the table"),
    ]

    static let examples = [
        Example("reproduce ios-table --quick", "a paper's table in minutes, theirs beside ours")
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.packs : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard let name = flags.words.first, flags.words.count == 1 else {
            let known = PackCatalog.all.map(\.name).joined(separator: ", ")
            throw ConfigurationFault(.missing(key: "the pack", expected: "one of \(known)"))
        }
        let pack = try PackCatalog.named(name)
        let threads = try flags.count("threads", 1...256, default: HostLimits.processors)
        let shard = try flags.value("shard").map { try Shard($0) }
        let isQuiet = flags.has("quiet")
        let request = try PackData.request(
            flags.has("quick") ? .quick : .full, for: pack.name, given: flags.values("data"),
            cache: Files.cacheFolder)
        let run = try PackRun(
            pack, request, in: flags.value("out") ?? "runs", sweeps: flags.values("sweep"), shard: shard,
            threads: threads)
        var progress = Progress(of: 0, isQuiet: isQuiet)
        var isCounting = false
        defer { progress.end() }
        let outcome = try run.run(threads: threads, until: Signals()) { line in
            if !isQuiet { StandardError.print(line) }
        } progress: { done, total in
            if !isCounting { progress = Progress(of: total, isQuiet: isQuiet) }
            isCounting = true
            progress.show(cells: done)
        }
        progress.end()
        switch outcome {
        case .stopped(let left):
            StandardError.print("stopped; the same command goes on with the \(left) cells left")
            return ExitCode.interrupted
        case .partDone(let left, let failures):
            try StandardOutput.print(
                lines: failures + [
                    "this part is done; \(left) cells are left to others, and then the command without --shard reports"
                ])
            if !failures.isEmpty { return ExitCode.failure }
        case .finished(let claims):
            if flags.has("json") {
                try StandardOutput.print(json: claims.json(of: pack))
            } else {
                try StandardOutput.print(lines: claims.lines + ["", "report  \(run.path)/report.html"])
            }
        }
        return ExitCode.success
    }
}
