// Command lines: `--name value`, `--name=value`, `--switch`, and words. One table says what is allowed and prints help.
import Registry
import Scenario

/// One flag that a command takes.
public struct Flag: Sendable {
    public let name: String
    /// What stands for the value in help; `nil` for a switch.
    public let placeholder: String?
    public let summary: String
    /// What its value can be, for shells that complete it.
    public let values: Completion

    /// - Parameter values: by default what the placeholder says: files for FILE, folders for DIR.
    public init(_ name: String, _ placeholder: String? = nil, _ summary: String, values: Completion? = nil) {
        self.name = name
        self.placeholder = placeholder
        self.summary = summary
        self.values = values ?? placeholder.map(Completion.init) ?? .nothing
    }

    /// `--name VALUE`.
    public var usage: String { placeholder.map { "--\(name) \($0)" } ?? "--\(name)" }
}

/// A command line, checked against the flags that are allowed.
public struct Flags: Sendable {
    public private(set) var words: [String] = []
    private var values: [(name: String, value: String)] = []

    public init(_ arguments: [String], allowed: [Flag]) throws(ConfigurationFault) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                guard !argument.hasPrefix("-") || argument == "-" else {
                    throw ConfigurationFault(
                        .unknown(noun: "flag", given: argument, known: allowed.map { "--\($0.name)" }))
                }
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let flag = allowed.first(where: { $0.name == parts[0] }) else {
                let value = parts.count == 2 ? String(parts[1]) : rest.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
                throw Flags.unknown(String(parts[0]), value: value, allowed: allowed)
            }
            if let placeholder = flag.placeholder {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw ConfigurationFault(.missing(key: "the value of --\(flag.name)", expected: placeholder))
                }
                values.append((flag.name, value))
            } else {
                guard parts.count == 1 else {
                    throw ConfigurationFault("--\(flag.name) takes no value")
                }
                values.append((flag.name, ""))
            }
        }
    }

    /// The fault for a flag that is not there; where experiments can be changed, it may be a key of theirs.
    private static func unknown(_ name: String, value: String?, allowed: [Flag]) -> ConfigurationFault {
        let assignments = ExperimentSchema.assignments(of: name, value: value ?? "VALUE")
        guard allowed.contains(where: { $0.name == "set" }), let first = assignments.first else {
            return ConfigurationFault(.unknown(noun: "flag", given: "--\(name)", known: allowed.map { "--\($0.name)" }))
        }
        let others = assignments.dropFirst().map { "--set \($0)" }.joined(separator: ", ")
        return ConfigurationFault(
            "there is no flag --\(name); a key of the experiment is set by --set \(first)"
                + (others.isEmpty ? "" : ", or perhaps \(others)"))
    }

    public func has(_ name: String) -> Bool { values.contains { $0.name == name } }
    public func value(_ name: String) -> String? { values.last { $0.name == name }?.value }
    /// All values of a flag that may be repeated, in order.
    public func values(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    public func required(_ name: String, _ expected: String) throws(ConfigurationFault) -> String {
        guard let value = value(name) else { throw ConfigurationFault(.missing(key: "--\(name)", expected: expected)) }
        return value
    }

    /// A whole number within a range, or the default.
    public func count(_ name: String, _ range: ClosedRange<Int>, default standard: Int) throws(ConfigurationFault)
        -> Int
    {
        guard let text = value(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "--\(name)", given: "'\(text)'",
                    allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"))
        }
        return number
    }

    /// A name out of a few, or the default.
    public func choice(_ name: String, _ known: [String], default standard: String) throws(ConfigurationFault) -> String
    {
        guard let text = value(name) else { return standard }
        guard known.contains(text) else {
            throw ConfigurationFault(.unknown(noun: "--\(name)", given: text, known: known))
        }
        return text
    }
}
