// gossiplab watch: a run while it goes on, whoever started it.
import Harness
import Kernels
import Platform
import Registry

enum WatchCommand: Command {
    static let name = "watch"
    static let usage = "watch RUN"
    static let summary =
        "Shows a run while it goes on, until it ends or Ctrl-C; 1 if it failed, was stopped or was cut off."
    static let flags = [Flag("once", nil, "say how it stands now, and end")]
    static let examples = [Example("watch runs/NAME-...", "in a second terminal, beside 'gossiplab run'")]

    static func run(_ flags: Flags) throws -> Int32 {
        guard let word = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of one run, as in runs/NAME-..."))
        }
        let clock = MonotonicClock()
        let signals = try Signals()
        var watch = try RunWatch(word, at: clock.now())
        var screen = Screen()
        var poll = PollLoop()
        var told: [Int] = []
        while true {
            let look = try watch.look(at: clock.now())
            let view = WatchView(look)
            if let size = Terminal.sizeOfStandardOutput, !flags.has("once") {
                try screen.show(view.page(columns: size.columns, rows: size.rows), size: size)
            } else if view.progressMade != told {
                try StandardOutput.print(view.line)
                told = view.progressMade
            }
            if look.state.hasEnded {
                if Terminal.sizeOfStandardOutput == nil { try StandardOutput.print(lines: view.ending) }
                return look.state.hasFailed ? ExitCode.failure : ExitCode.success
            }
            if flags.has("once") { return ExitCode.success }
            poll.removeAll()
            poll.add(signals.descriptor)
            try poll.wait(until: clock.now() + .milliseconds(500))
            guard try signals.take().isEmpty else { return ExitCode.interrupted }
        }
    }
}
