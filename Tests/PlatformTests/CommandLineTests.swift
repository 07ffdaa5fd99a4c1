// Help, manual page and completions of a program's table, against a small table that is written out by hand.
import Registry
import Testing

@testable import Platform

/// A program of two commands.
private func program(without missing: String? = nil) -> ProgramEntry {
    func flags(_ flags: [Flag]) -> [Flag] { flags.filter { $0.name != missing } }
    return ProgramEntry(
        name: "lab", summary: "Tries things.",
        commands: [
            CommandEntry(
                usage: "try [FILE]", summary: "Tries one thing.", examples: [Example("try a --count 3", "three times")],
                flags: flags([
                    Flag("count", "N", "so many times"),
                    Flag("kind", "KIND", "which", values: .words(["red", "green"])),
                    Flag("set", "KEY=VALUE", "a setting", values: .words(["rounds=", "rate="])),
                    Flag("quiet", nil, "no word"),
                ])),
            CommandEntry(
                usage: "show RUN", summary: "Shows one thing.", examples: [Example("show runs/a", "a run")],
                flags: flags([Flag("json", nil, "as JSON")])),
        ])
}

/// The same as a program without commands.
private let single = ProgramEntry(
    usage: "one --run DIR", summary: "Does one thing.", examples: [Example("--run a", "in a")],
    flags: [Flag("run", "DIR", "the folder"), Flag("file", "FILE", "a file")])

/// Flags of a command that a text made from the table does not name.
private func missing(in text: String, of flags: [String]) -> [String] {
    flags.filter { flag in !text.contains("--\(flag) ") && !text.contains("--\(flag)\n") }
}

@Suite("Command lines")
struct CommandLineTests {
    private func help(_ program: ProgramEntry, isShort: Bool = false, columns: Int = 100) -> HelpText {
        HelpText(program: program, isShort: isShort, columns: columns)
    }

    @Test("-h names every flag, --help examples and allowed values too")
    func help() {
        let lines = help(program()).lines(of: program().commands[0])
        #expect(lines[0] == "usage: lab try [FILE] [FLAG]...")
        let text = lines.joined(separator: "\n") + "\n"
        let flags = ["count", "kind", "set", "quiet", "help"]
        #expect(missing(in: text, of: flags).isEmpty)
        #expect(text.contains("  lab try a --count 3\n") && text.contains("allowed: red, green\n"))
        let short = help(program(), isShort: true).lines(of: program().commands[0]).joined(separator: "\n") + "\n"
        #expect(missing(in: short, of: flags).isEmpty)
        #expect(!short.contains("three times") && !short.contains("allowed"))
    }

    @Test("a flag that the table lacks is missed in every text")
    func lacking() {
        let other = program(without: "quiet")
        let texts = [
            help(other).lines(of: other.commands[0]), help(other, isShort: true).lines(of: other.commands[0]),
            ManualPage(program: other).lines.map { $0.replacing("\\-", with: "-").replacing("\\fR", with: " ") },
            Completer(program: other).rows(for: ["try", "--"]).map { $0.joined(separator: " ") },
        ]
        for lines in texts {
            #expect(missing(in: lines.joined(separator: "\n") + "\n", of: ["count", "quiet"]) == ["quiet"])
        }
    }

    @Test("a program's help names every command, and by --help an example of each and the exit statuses")
    func commands() {
        let text = help(program()).lines().joined(separator: "\n")
        for part in ["try [FILE]", "show RUN", "as in: lab try a --count 3", "as in: lab show runs/a", "exit status:"] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!help(program(), isShort: true).lines().joined(separator: "\n").contains("as in"))
    }

    @Test("no line of help is wider than the terminal, but for words that are", arguments: [20, 33, 80])
    func narrow(_ columns: Int) {
        for lines in [help(program(), columns: columns).lines(), help(single, columns: columns).lines()] {
            for line in lines where line.count > columns {
                let words = line.split(separator: " ")
                #expect(words.contains { $0.count + 4 > columns }, "\(line)")
            }
        }
    }

    @Test("the manual page has every flag, and nothing that troff takes for its own")
    func manual() {
        let lines = ManualPage(program: program()).lines
        let text = lines.joined(separator: "\n").replacing("\\-", with: "-")
        for flag in ["count", "kind", "set", "quiet", "json", "help", "version"] {
            #expect(text.contains("\\fB--\(flag)\\fR"), "\(flag)")
        }
        let requests = Set(lines.filter { $0.hasPrefix(".") }.map { $0.prefix { $0 != " " } })
        #expect(requests == [".TH", ".SH", ".SS", ".TP", ".PP"])
        #expect(lines.allSatisfy { !$0.contains("\n") && !$0.isEmpty })
        let odd = ProgramEntry(usage: "odd", summary: ".begins 'oddly' with \\ in it", examples: [], flags: [])
        #expect(ManualPage(program: odd).lines.contains("\\&.begins \\(aqoddly\\(aq with \\e in it"))
    }

    @Test(
        "what can follow is what the table has",
        arguments: [
            ([""], ["try", "show"], "none"), (["s"], ["show"], "none"), (["--v"], ["--version"], "none"),
            (["try", "--"], ["--count", "--kind", "--set", "--quiet", "--help"], "none"),
            (["try", "--kind", ""], ["red", "green"], "none"), (["try", "--kind", "r"], ["red"], "none"),
            (["try", "--kind=g"], ["--kind=green"], "none"), (["try", "--set", "r"], ["rounds=", "rate="], "none"),
            (["try", ""], [], "files"), (["try", "--quiet", ""], [], "files"), (["try", "--count", ""], [], "none"),
            (["show", ""], [], "folders"), (["show", "--count", ""], [], "folders"), (["nothing", ""], [], "none"),
            ([], [], "none"),
        ] as [([String], [String], String)])
    func completion(_ words: [String], _ expected: [String], _ paths: String) {
        let rows = Completer(program: program()).rows(for: words)
        #expect(rows[0] == ["paths=\(paths)"] && rows.dropFirst().map { $0[0] } == expected)
    }

    @Test("a program without commands completes its flags, and their values by their placeholders")
    func withoutCommands() {
        func rows(_ words: String...) -> [[String]] { Completer(program: single).rows(for: words) }
        #expect(rows("--r") == [["paths=none"], ["--run", "the folder"]])
        #expect(rows("--run", "") == [["paths=folders"]] && rows("--file", "") == [["paths=files"]])
        #expect(rows("--completions", "z") == [["paths=none"], ["zsh"]])
    }
}

@Suite("Wrapped text")
struct WrappedTextTests {
    @Test("breaks at words, hangs what follows, and leaves wide words whole")
    func words() {
        #expect(wrapped("one two three", to: 7) == ["one two", "three"])
        #expect(wrapped("one two three", to: 8, hanging: 2) == ["one two", "  three"])
        #expect(wrapped("a 0123456789 b", to: 4) == ["a", "0123456789", "b"])
        #expect(wrapped("short", to: 80) == ["short"] && wrapped("", to: 3) == [""])
        #expect(wrapped("ends in blanks    ", to: 14) == ["ends in blanks"])
    }

    @Test("loses and adds no word, and makes no line wider than asked but for one word", arguments: [1, 5, 20, 40])
    func law(_ columns: Int) {
        let text = "The honest nodes learned (worst 90.4 %, chance 10.1 %) and agree: 0.016   of 0.1."
        for hanging in [0, 3, 30] {
            let lines = wrapped(text, to: columns, hanging: hanging)
            #expect(lines.joined(separator: " ").split(separator: " ") == text.split(separator: " "))
            for line in lines { #expect(line.count <= columns || line.split(separator: " ").count == 1, "\(line)") }
        }
    }

    @Test("a value hangs where it begins, where there is room")
    func rows() {
        #expect(wrapped(row: "name    one two three", to: 16) == ["name    one two", "        three"])
        #expect(wrapped(row: "name    one two three", to: 12) == ["name    one", "  two three"])
    }
}
