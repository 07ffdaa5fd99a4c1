// gossiplab topology: what a graph is and how it changes, without an experiment, and the same graph in other formats.
import Kernels
import Platform
import Registry
import Scenario

enum TopologyCommand: Command {
    static let name = "topology"
    static let usage = "topology inspect|convert|draw FILE"
    static let summary =
        "Says how fast gossip on a graph agrees and how it changes, writes it in another format, or draws it."
    static let flags =
        [
            Flag("to", "FORMAT", "with convert, the format: \(TopologyFile.formats.joined(separator: ", "))"),
            Flag("out", "PATH", "with convert and draw, the file to write (default: standard output)"), InputFiles.flag,
        ] + TopologyDrawCommand.flags

    static func run(_ flags: Flags) throws -> Int32 {
        let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
        if flags.words.first == "draw" {
            try TopologyDrawCommand.run(Array(flags.words.dropFirst()), flags, room: room)
            return ExitCode.success
        }
        guard flags.words.count == 2 else {
            throw ConfigurationFault(
                .missing(key: "inspect FILE or convert FILE", expected: "a topology file, as in Topologies/"))
        }
        guard ["inspect", "convert"].contains(flags.words[0]) else {
            throw ConfigurationFault(
                .unknown(noun: "topology command", given: flags.words[0], known: ["inspect", "convert", "draw"]))
        }
        let inputs = try InputFiles(flags)
        let file = try TopologyFile.read(path: flags.words[1], room: room) { path throws(ConfigurationFault) in
            try inputs.read(path)
        }
        for warning in file.warnings { StandardError.print("warning: \(warning)") }
        if flags.words[0] == "convert" {
            try convert(file, flags)
        } else {
            try StandardOutput.print(lines: file.account)
        }
        return ExitCode.success
    }

    private static func convert(_ file: TopologyFile, _ flags: Flags) throws {
        guard let format = flags.value("to") else {
            throw ConfigurationFault(.missing(key: "--to", expected: TopologyFile.formats.joined(separator: ", ")))
        }
        let (text, loss) = try file.written(as: format)
        if let loss { StandardError.print("warning: \(loss)") }
        if let path = flags.value("out") {
            try Files.write(Array(text.utf8), to: path)
        } else {
            if text.first == "{" {
                try StandardOutput.print(json: text)
            } else {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                try StandardOutput.print(lines: lines.dropLast())
            }
        }
    }
}
