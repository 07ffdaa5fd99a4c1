// The table of commands and flags of both programs, as the programs themselves, their sources and real shells have it.
import Platform
import Testing

extension EndToEndTests {
    @Suite("Command table") struct CommandTableTests {
        /// Folders of the sources in which flags are looked up, and by what names the parsed command line goes there.

        /// What a program completes: words without their sentences.
        private func completed(_ program: String, _ words: [String], in laboratory: borrowing Laboratory) throws
            -> [String]
        {
            let ended = try laboratory.start(["--complete"] + words, program: program).ended()
            #expect(ended.status == .exited(0) && ended.errors.isEmpty)
            return ended.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "\t" }) }
        }

        private func output(_ arguments: [String], program: String = "gossiplab", in laboratory: borrowing Laboratory)
            throws -> String
        {
            let ended = try laboratory.start(arguments, program: program).ended()
            #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(arguments): \(ended.errors)")
            return ended.output
        }

        private func section(of command: String, in manual: String) throws -> String {
            let rest = manual[try #require(manual.firstRange(of: ".SS \"\(command)")).upperBound...]
            return String(rest[..<(rest.firstRange(of: ".S")?.lowerBound ?? rest.endIndex)])
        }

        /// Flags that a text does not name, each followed by something that ends its name.
        private func missing(_ flags: [String], in text: String) -> [String] {
            flags.filter { flag in
                !text.ranges(of: "--\(flag)").contains { range in
                    range.upperBound == text.endIndex
                        || !(text[range.upperBound].isLetter || text[range.upperBound] == "-")
                }
            }
        }

        /// `flags.value("name")` and its like, wherever a source looks a flag up.
        private func lookedUp(in source: String) -> Set<String> {
            var names: Set<String> = []
            for call in ["has", "value", "values", "required", "count", "choice"] {
                for receiver in ["flags", "given", "settings.flags"] {
                    for range in source.ranges(of: "\(receiver).\(call)(\"") {
                        names.insert(String(source[range.upperBound...].prefix { $0 != "\"" }))
                    }
                    for range in source.ranges(of: "\(receiver).\(call)(\n") {
                        let rest = source[range.upperBound...].drop { $0 == " " }
                        if rest.first == "\"" { names.insert(String(rest.dropFirst().prefix { $0 != "\"" })) }
                    }
                }
            }
            return names
        }

        @Test("every flag of every command stands in -h, --help, the manual page and the completions")
        func everyFlag() throws {
            let laboratory = try Laboratory()
            let manual = try output(["manual"], in: laboratory).replacing("\\-", with: "-")
            let commands = try completed("gossiplab", [""], in: laboratory)
            #expect(commands.count > 20 && Set(commands).count == commands.count)
            for command in commands {
                let flags = try completed("gossiplab", [command, "--"], in: laboratory).map { String($0.dropFirst(2)) }
                let long = try output([command, "--help"], in: laboratory)
                let texts = [
                    long, try output([command, "-h"], in: laboratory),
                    try section(of: command, in: manual),
                ]
                #expect(flags.contains("help"))
                for text in texts { #expect(missing(flags, in: text).isEmpty, "\(command)") }
                #expect(missing(["no-such-flag"] + flags, in: long) == ["no-such-flag"])
                #expect(long.contains("examples:\n  gossiplab \(command)"), "\(command) has no example")
            }
        }

        @Test("every flag that a source looks up is one of the table, and one that is not would be found")
        func parsed() throws {
            let laboratory = try Laboratory()
            let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let folder = "/\(root)/Sources/gossiplab"
            var known: Set<String> = []
            for command in try completed("gossiplab", [""], in: laboratory) {
                known.formUnion(
                    try completed("gossiplab", [command, "--"], in: laboratory).map { String($0.dropFirst(2)) })
            }
            var all: Set<String> = []
            for name in try Files.names(in: folder) {
                let names = lookedUp(in: String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self))
                all.formUnion(names)
                #expect(names.subtracting(known).isEmpty, "\(name)")
            }
            #expect(all.count > 30)
            #expect(lookedUp(in: #"try flags.value("unheard-of")"#).subtracting(known) == ["unheard-of"])
            let node = Set(try completed("gossipnode", ["--"], in: laboratory).map { String($0.dropFirst(2)) })
            let source = String(decoding: try Files.read("/\(root)/Sources/gossipnode/main.swift"), as: UTF8.self)
            #expect(lookedUp(in: source).count > 5 && lookedUp(in: source).subtracting(node).isEmpty)
        }

        @Test("every example is a command line that its command takes")
        func examples() throws {
            let laboratory = try Laboratory()
            for command in try completed("gossiplab", [""], in: laboratory) {
                let help = try output([command, "--help"], in: laboratory)
                let flags = Set(try completed("gossiplab", [command, "--"], in: laboratory))
                let start = try #require(help.firstRange(of: "examples:\n")).upperBound
                for line in help[start...].split(separator: "\n") where line.hasPrefix("  gossiplab ") {
                    let words = line.split(separator: " ").prefix { $0 != "|" }
                    #expect(words[1] == command)
                    for word in words where word.hasPrefix("--") {
                        #expect(flags.contains(String(word.prefix { $0 != "=" })), "\(line)")
                    }
                }
            }
        }

        @Test("the node has help, version, manual page and completions too")
        func node() throws {
            let laboratory = try Laboratory()
            func output(_ arguments: String...) throws -> String {
                try self.output(arguments, program: "gossipnode", in: laboratory)
            }
            let flags = try completed("gossipnode", ["--"], in: laboratory).map { String($0.dropFirst(2)) }
            for name in ["experiment", "run", "help", "version", "manual", "completions"] {
                #expect(flags.contains(name))
            }
            for text in [try output("--help"), try output("-h"), try output("--manual").replacing("\\-", with: "-")] {
                #expect(missing(flags, in: text).isEmpty)
            }
            #expect(try output("--version").hasPrefix("gossipnode "))
            #expect(try self.output(["--version"], in: laboratory).hasPrefix("gossiplab "))
            let script = try self.output(["completions", "bash"], in: laboratory)
            #expect(try output("--completions", "bash") == script)
        }

        @Test(
            "troff finds nothing to warn of in the manual pages",
            .enabled(if: Files.exists("/usr/bin/groff"), "groff is not installed"))
        func troff() throws {
            let laboratory = try Laboratory()
            for command in ["gossiplab manual", "gossipnode --manual"] {
                let ended = try laboratory.shell("\(command) | groff -man -Tutf8 -P-cbou -ww")
                #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
                #expect(ended.output.contains("EXAMPLES") || ended.output.contains("Examples:"))
            }
        }

        @Test("names of catalogues and keys are completed where they belong")
        func names() throws {
            let laboratory = try Laboratory()
            func completed(_ words: String...) throws -> [String] {
                try self.completed("gossiplab", words, in: laboratory)
            }
            #expect(try completed("run", "quick") == ["quickstart"])
            #expect(try completed("reproduce", "ios") == ["ios-table"])
            #expect(try completed("aggregate", "--rule", "csP") == ["csPlus"])
            #expect(try completed("forge", "--attack", "alie").contains("alie"))
            #expect(try completed("run", "--set", "training.roun") == ["training.rounds="])
            #expect(try completed("run", "--set", "aggregation.rule=csP") == ["aggregation.rule=csPlus"])
            #expect(try completed("sweep", "rules").contains("rules-and-attacks"))
            #expect(try completed("list", "ru") == ["rules"])
            #expect(try completed("list", "rules", "").isEmpty)
            #expect(try completed("topology", "br") == ["breakdown"])
            #expect(try completed("completions", "z") == ["zsh"])
        }

        @Test("mistakes get one line and status 2")
        func mistakes() throws {
            let laboratory = try Laboratory()
            for arguments in [
                ["completions", "csh"], ["completions"], ["help", "rum"], ["manual", "page"], ["rum"],
                ["init"], ["init", "../x/", "y"], ["doctor", "1"], ["doctor", "no-such"], ["watch"],
            ] {
                let ended = try laboratory.start(arguments).ended()
                #expect(
                    ended.status == .exited(2) && ended.complaints.count == 1 && ended.output.isEmpty, "\(arguments)")
            }
            let node = try laboratory.start(["--completions", "csh"], program: "gossipnode").ended()
            #expect(node.status == .exited(2) && node.complaints.count == 1)
        }
    }
}
