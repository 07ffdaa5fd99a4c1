// gossiplab manual: the manual page, made from the table of commands and flags.
import Platform
import Registry

enum ManualCommand: Command {
    static let name = "manual"
    static let usage = "manual"
    static let summary = "Prints the manual page; 'gossipnode --manual' prints that of the node."
    static let flags: [Flag] = []
    static let examples = [Example("manual | man -l -", "the page in a pager")]

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.isEmpty else {
            throw ConfigurationFault("manual takes no argument, not '\(flags.words.joined(separator: " "))'")
        }
        try StandardOutput.print(lines: program.manual)
        return ExitCode.success
    }
}
