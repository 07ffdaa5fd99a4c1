// Every command line that is printed or written into a report, made in one place, so that what it promises is what it
// does.
import Platform
import Registry
public import Scenario

/// A command line of the laboratory. Its description is what a shell is to be given.
public struct LaboratoryCommand: Sendable, Equatable, CustomStringConvertible {
    /// What follows the program's name.
    public let words: [String]

    /// What may be done with the folder of a run.
    public enum Purpose: String, Sendable { case verify, replay, resume, report }

    public init(_ purpose: Purpose, _ directory: RunDirectory) {
        words = [purpose.rawValue, Self.path(directory.path)]
    }

    /// The run of an experiment's file that was made as `record` says, once more.
    public init(repeating record: RunRecord, of experiment: String) {
        let experiment = Self.path(experiment)
        switch record {
        case .processes(let transport, let hasKeys):
            words =
                ["run", experiment] + (transport == .tcp ? [] : ["--transport", transport.rawValue])
                + (hasKeys ? ["--keys"] : [])
        case .simulation(let settings):
            let standard = SimulationSettings()
            func flag(_ name: String, _ value: String, _ isMeant: Bool) -> [String] { isMeant ? [name, value] : [] }
            words =
                ["simulate", experiment] + (settings.isChecked ? ["--check"] : [])
                + flag(
                    "--latency", "\(settings.latencyMilliseconds)",
                    settings.latencyMilliseconds != standard.latencyMilliseconds)
                + flag("--carry", settings.carriage.rawValue, settings.carriage != standard.carriage)
                + (settings.branch.map { ["--branch", "\($0)"] } ?? [])
                + flag("--threads", "\(settings.threads)", settings.threads != standard.threads)
        case .gathered:
            // How its nodes were started nobody knows; the experiment says what they were to come to.
            words = ["run", experiment]
        }
    }

    public var description: String { (["gossiplab"] + words.map(shellWord)).joined(separator: " ") }

    /// A path that no command takes for a flag.
    private static func path(_ path: String) -> String { path.hasPrefix("-") ? "./\(path)" : path }
}

/// `word` as a POSIX shell reads it. One with control characters is written with their octal escapes in `$'...'`, so
/// that the line is printable and still means the same.
func shellWord(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "_", "-", "+", ":", "@", "%", ",": true
        default: false
        }
    }
    if isPlain, !word.isEmpty { return word }
    guard printable(word) != word else { return "'\(word.replacingScalars { $0 == "'" ? #"'\''"# : nil })'" }
    let escaped = word.replacingScalars { scalar in
        switch scalar {
        case "'", "\\": "\\\(scalar)"
        case _ where printable("\(scalar)") != "\(scalar)":
            "\(scalar)".utf8.map { "\\\(String($0 >> 6))\(String($0 >> 3 & 7))\(String($0 & 7))" }.joined()
        default: nil
        }
    }
    return "$'\(escaped)'"
}
