// Things chosen by name in a file: rules, attacks, objectives, datasets, splits, graph families.
// A registered type says its name, one sentence, and its parameters with defaults; a catalogue is a list of them.

/// A value that an operator may give a parameter.
public enum ParameterValue: Equatable, Sendable, CustomStringConvertible {
    case number(Double), text(String), flag(Bool), numbers([Double]), file(FileValue)

    public var description: String {
        switch self {
        case .number(let value): value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
        case .text(let value): value
        case .flag(let value): "\(value)"
        case .numbers(let values): "[\(values.map { "\(ParameterValue.number($0))" }.joined(separator: ", "))]"
        case .file(let file): file.path
        }
    }
}

/// A file that a parameter names.
public struct FileValue: Equatable, Sendable {
    public let path: String
    /// SHA-256 of its bytes, as hexadecimal digits; `nil` until it has been read.
    public let digest: String?

    public init(path: String, digest: String? = nil) {
        self.path = path
        self.digest = digest
    }
}

/// One parameter of a registered type: its name, what is allowed, its default, a sentence.
public struct Parameter: Sendable {
    public enum Domain: Sendable, Equatable {
        case number(ClosedRange<Double>), count(ClosedRange<Int>), choice([String]), text, flag
        /// A text, or a file of tensors.
        case model
        /// So many whole numbers.
        case counts(ClosedRange<Int>, length: ClosedRange<Int>)
    }

    public let name: String
    public let domain: Domain
    /// `nil`: the operator must give it.
    public let defaultValue: ParameterValue?
    public let summary: String
    /// Names that other codes use for it; accepted everywhere.
    public var aliases: [String] = []

    /// The same parameter, which may also be called one of these.
    public func known(as aliases: String...) -> Parameter {
        var copy = self
        copy.aliases = aliases
        return copy
    }

    public var allowsFile: Bool { domain == .model }

    public var isList: Bool { if case .counts = domain { true } else { false } }

    public func isCalled(_ name: String) -> Bool { name == self.name || aliases.contains(name) }

    /// The fault of naming it twice, by its own name or by others: one of the values would be lost.
    public func isGivenTwice(as names: [String], key: String) -> ConfigurationFault {
        ConfigurationFault(
            "\(key) is given \(names.count == 2 ? "twice" : "\(names.count) times"), as "
                + "\(names.joined(separator: " and as ")); allowed: once, by any of its names")
    }

    public static func number(
        _ name: String, _ allowed: ClosedRange<Double>, default value: Double?, _ summary: String
    ) -> Parameter {
        Parameter(
            name: name, domain: .number(allowed), defaultValue: value.map(ParameterValue.number), summary: summary)
    }

    public static func count(
        _ name: String, _ allowed: ClosedRange<Int>, default value: Int?, _ summary: String
    ) -> Parameter {
        Parameter(
            name: name, domain: .count(allowed), defaultValue: value.map { .number(Double($0)) }, summary: summary)
    }

    public static func counts(
        _ name: String, _ allowed: ClosedRange<Int>, length: ClosedRange<Int>, default values: [Int]?,
        _ summary: String
    ) -> Parameter {
        Parameter(
            name: name, domain: .counts(allowed, length: length),
            defaultValue: values.map { .numbers($0.map { Double($0) }) }, summary: summary)
    }

    public static func choice(
        _ name: String, _ allowed: [String], default value: String?, _ summary: String
    ) -> Parameter {
        Parameter(
            name: name, domain: .choice(allowed), defaultValue: value.map(ParameterValue.text), summary: summary)
    }

    public static func text(_ name: String, default value: String?, _ summary: String) -> Parameter {
        Parameter(name: name, domain: .text, defaultValue: value.map(ParameterValue.text), summary: summary)
    }

    /// A vector as a text, or in a file.
    public static func model(_ name: String, default value: String?, _ summary: String) -> Parameter {
        Parameter(name: name, domain: .model, defaultValue: value.map(ParameterValue.text), summary: summary)
    }

    public static func flag(_ name: String, default value: Bool, _ summary: String) -> Parameter {
        Parameter(name: name, domain: .flag, defaultValue: .flag(value), summary: summary)
    }

    /// What may be written, in words.
    public var allowed: String {
        switch domain {
        case .number(let range): Self.words(range.lowerBound, range.upperBound, of: "a number")
        case .count(let range):
            range.upperBound == Int.max
                ? "a whole number from \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let names): names.joined(separator: ", ")
        case .text: "a text"
        case .model: #"a text, {"file": "model.safetensors"}"#
        case .flag: "true, false"
        case .counts(let range, let length):
            "a list of \(length.lowerBound) to \(length.upperBound) whole numbers from \(range.lowerBound) to "
                + "\(range.upperBound)"
        }
    }

    private static func words(_ low: Double, _ high: Double, of noun: String) -> String {
        switch (low.isFinite && low > -Double.greatestFiniteMagnitude, high < Double.greatestFiniteMagnitude) {
        case (true, true): "\(noun) from \(ParameterValue.number(low)) to \(ParameterValue.number(high))"
        case (true, false): "\(noun) from \(ParameterValue.number(low))"
        default: "a finite number"
        }
    }

    /// The value in its canonical form, or what is wrong with it. `key` is the full path that the message names.
    public func check(_ value: ParameterValue, key: String) throws(ConfigurationFault) -> ParameterValue {
        let fault = ConfigurationFault(.notAllowed(key: key, given: "\(value)", allowed: allowed))
        switch (domain, value) {
        case (.number(let range), .number(let number)):
            guard range.contains(number) else { throw fault }
        case (.count(let range), .number(let number)):
            guard let whole = Int(exactly: number), range.contains(whole) else { throw fault }
        case (.choice(let names), .text(let text)):
            guard names.contains(text) else {
                throw ConfigurationFault(.unknown(noun: key, given: text, known: names))
            }
        case (.counts(let range, let length), .numbers(let numbers)):
            let whole = numbers.compactMap { Int(exactly: $0) }
            guard whole.count == numbers.count, whole.allSatisfy(range.contains), length.contains(whole.count) else {
                throw fault
            }
        case (.text, .text), (.flag, .flag), (.model, .text), (.model, .file):
            break
        case (.text, .number), (.model, .number):
            // As on command lines, where nothing tells a name of digits from a number.
            return .text("\(value)")
        default:
            throw ConfigurationFault(.wrongType(key: key, given: "'\(value)'", expected: allowed))
        }
        return value
    }
}

/// The checked parameters of one registered value, defaults filled in, in the order of their declaration.
public struct ParameterValues: Equatable, Sendable {
    public let names: [String]
    public private(set) var values: [ParameterValue]

    /// - Parameters:
    ///   - given: what the operator wrote, without `kind`.
    ///   - declared: the type's parameters.
    ///   - key: path of the object, for messages (`aggregation.rule`).
    public init(
        _ given: [(name: String, value: ParameterValue)], declared: [Parameter], key: String
    ) throws(ConfigurationFault) {
        for (name, _) in given where !declared.contains(where: { $0.isCalled(name) }) {
            throw ConfigurationFault(.unknown(noun: "key \(key).", given: name, known: declared.map(\.name)))
        }
        var values: [ParameterValue] = []
        for parameter in declared {
            let path = "\(key).\(parameter.name)"
            let spellings = given.filter { parameter.isCalled($0.name) }
            guard spellings.count < 2 else {
                throw parameter.isGivenTwice(as: spellings.map(\.name), key: path)
            }
            if let value = spellings.first?.value ?? parameter.defaultValue {
                values.append(try parameter.check(value, key: path))
            } else {
                throw ConfigurationFault(.missing(key: path, expected: parameter.allowed))
            }
        }
        names = declared.map(\.name)
        self.values = values
    }

    /// The defaults of `declared`; a parameter without one is a programming error here.
    public static func defaults(_ declared: [Parameter]) -> ParameterValues {
        guard let values = try? ParameterValues([], declared: declared, key: "") else {
            preconditionFailure("a parameter without a default must be given")
        }
        return values
    }

    /// The same values but for one, which the caller knows to be allowed.
    public func with(_ name: String, _ value: ParameterValue) -> ParameterValues {
        var changed = self
        guard let position = names.firstIndex(of: name) else {
            preconditionFailure("the parameter \(name) is not declared")
        }
        changed.values[position] = value
        return changed
    }

    private func value(_ name: String) -> ParameterValue {
        guard let position = names.firstIndex(of: name) else {
            preconditionFailure("the parameter \(name) is not declared")
        }
        return values[position]
    }

    public func number(_ name: String) -> Double {
        guard case .number(let number) = value(name) else { preconditionFailure("\(name) is not a number") }
        return number
    }

    public func count(_ name: String) -> Int { Int(number(name)) }

    public func counts(_ name: String) -> [Int] {
        guard case .numbers(let numbers) = value(name) else { preconditionFailure("\(name) is not a list") }
        return numbers.map { Int($0) }
    }

    public func text(_ name: String) -> String {
        guard case .text(let text) = value(name) else { preconditionFailure("\(name) is not a text") }
        return text
    }

    /// `nil` where it is a text.
    public func file(_ name: String) -> FileValue? { if case .file(let file) = value(name) { file } else { nil } }

    public func flag(_ name: String) -> Bool {
        guard case .flag(let flag) = value(name) else { preconditionFailure("\(name) is not a flag") }
        return flag
    }
}

/// A type whose values are chosen by name in files.
public protocol Registered: Sendable {
    /// What the operator types.
    static var name: String { get }
    /// Names that other codes use for the same thing; accepted everywhere.
    static var aliases: [String] { get }
    /// One sentence for listings.
    static var summary: String { get }
    static var parameters: [Parameter] { get }

    /// - Parameter parameters: checked against `Self.parameters`.
    /// - Throws: where values that are each allowed do not go together.
    init(_ parameters: ParameterValues) throws(ConfigurationFault)
}

extension Registered {
    public static var aliases: [String] { [] }
    public static var parameters: [Parameter] { [] }
}

/// The list of everything of one kind. `Entry` is a metatype such as `any GossipRule.Type`.
public struct Catalog<Entry: Sendable>: Sendable {
    /// What an entry is, in messages: "rule".
    public let noun: String
    public let entries: [Entry]
    private let registered: @Sendable (Entry) -> any Registered.Type

    public init(
        _ noun: String, _ entries: [Entry], as registered: @escaping @Sendable (Entry) -> any Registered.Type
    ) {
        self.noun = noun
        self.entries = entries
        self.registered = registered
    }

    /// The entries as what all of them are: names, sentences, parameters.
    public var descriptions: [any Registered.Type] { entries.map(registered) }

    public var names: [String] { descriptions.map { $0.name } }

    /// The entry of this name or alias.
    public func entry(named name: String) throws(ConfigurationFault) -> Entry {
        for entry in entries where registered(entry).name == name || registered(entry).aliases.contains(name) {
            return entry
        }
        throw ConfigurationFault(.unknown(noun: noun, given: name, known: names))
    }
}
