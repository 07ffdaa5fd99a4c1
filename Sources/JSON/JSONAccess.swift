// Typed access to JSON values, which names file, line and column of whatever is not as expected.
import Registry

extension JSONValue {
    /// A fault about this value, placed where it stands.
    public func fault(_ sentence: String) -> ConfigurationFault {
        ConfigurationFault(sentence, at: position.description)
    }

    private func wrongType(_ key: String, expected: String) -> ConfigurationFault {
        ConfigurationFault(
            .wrongType(key: key.isEmpty ? "the file" : key, given: summary, expected: expected),
            at: position.description)
    }

    /// The object that the value is. `key` here and below is the path that messages name.
    public func object(_ key: String) throws(ConfigurationFault) -> JSONObject {
        guard case .object(let members) = kind else { throw wrongType(key, expected: "an object") }
        return JSONObject(path: key, members: members, position: position)
    }

    public func array(_ key: String) throws(ConfigurationFault) -> JSONElements {
        guard case .array(let elements) = kind else { throw wrongType(key, expected: "an array") }
        return elements
    }

    public func text(_ key: String) throws(ConfigurationFault) -> String {
        guard case .text(let text) = kind else { throw wrongType(key, expected: "a text") }
        return text
    }

    public func number(_ key: String) throws(ConfigurationFault) -> Double {
        guard let number = quickNumber else { throw wrongType(key, expected: "a number") }
        return number
    }

    public func flag(_ key: String) throws(ConfigurationFault) -> Bool {
        guard case .flag(let flag) = kind else { throw wrongType(key, expected: "true or false") }
        return flag
    }

    /// A whole number within `allowed`; `8.0` and `1e3` are whole too.
    public func count(
        _ key: String, in allowed: ClosedRange<Int> = 0...Int.max
    ) throws(ConfigurationFault) -> Int {
        let end = allowed.upperBound == .max ? "" : " to \(allowed.upperBound)"
        let words = "a whole number from \(allowed.lowerBound)\(end)"
        guard case .number(let number, let literal) = kind else { throw wrongType(key, expected: words) }
        guard let count = Int(literal) ?? Int(exactly: number), allowed.contains(count) else {
            throw ConfigurationFault(
                .notAllowed(key: key, given: summary, allowed: words), at: position.description)
        }
        return count
    }

    /// A seed: any whole number of 64 bits without sign.
    public func seed(_ key: String) throws(ConfigurationFault) -> UInt64 {
        guard case .number(_, let literal) = kind, let seed = UInt64(literal) else {
            throw wrongType(key, expected: "a whole number from 0 to \(UInt64.max)")
        }
        return seed
    }

    /// What a registered type's parameter may be.
    public func parameter(_ key: String) throws(ConfigurationFault) -> ParameterValue {
        switch kind {
        case .flag(let flag): .flag(flag)
        case .number(let number, _): .number(number)
        case .text(let text): .text(text)
        case .null, .array, .object: throw wrongType(key, expected: "a number, a text, true or false")
        }
    }

    /// What a parameter may be that allows a file: `{"file": …, "digest": …}`, the digest filled in by a run.
    func file(_ key: String) throws(ConfigurationFault) -> ParameterValue {
        let object = try object(key)
        try object.refuseUnknownKeys(known: ["file", "digest"])
        return .file(try object.file(key))
    }

    /// What a parameter may be that is a list.
    public func numbers(_ key: String) throws(ConfigurationFault) -> ParameterValue {
        guard case .array(let elements) = kind else { throw wrongType(key, expected: "a list of numbers") }
        var numbers: [Double] = []
        for (index, element) in elements.enumerated() { numbers.append(try element.number("\(key).\(index)")) }
        return .numbers(numbers)
    }
}

/// An object of the tree with the path that messages name it by; empty for the whole file.
public struct JSONObject: Sendable {
    public let path: String
    public let members: JSONMembers
    public let position: JSONPosition

    public init(path: String, members: [JSONMember], position: JSONPosition) {
        self.init(path: path, members: JSONMembers(members), position: position)
    }

    init(path: String, members: JSONMembers, position: JSONPosition) {
        self.path = path
        self.members = members
        self.position = position
    }

    /// The path of one of the object's keys.
    public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of `key`; `null` counts as a value.
    public subscript(key: String) -> JSONValue? { members[key] }

    /// The value of a key that must be there.
    public func required(_ key: String, expected: String) throws(ConfigurationFault) -> JSONValue {
        guard let value = self[key] else {
            throw ConfigurationFault(.missing(key: path(of: key), expected: expected), at: position.description)
        }
        return value
    }

    /// Refuses the first key that is not `known`, at its place, and names the nearest known one.
    public func refuseUnknownKeys(known: [String]) throws(ConfigurationFault) {
        guard let member = members.first(besides: known) else { return }
        let noun = path.isEmpty ? "key" : "key in \(path)"
        throw ConfigurationFault(
            .unknown(noun: noun, given: member.key, known: known), at: member.keyPosition.description)
    }

    /// The file that the keys `file` and `digest` name.
    public func file(_ key: String) throws(ConfigurationFault) -> FileValue {
        let path = try required("file", expected: "the path of a file").text("\(key).file")
        guard let value = self["digest"] else { return FileValue(path: path) }
        let digits = try value.text(self.path(of: "digest"))
        guard digits.utf8.count == 64, digits.allSatisfy({ "0123456789abcdef".contains($0) }) else {
            throw ConfigurationFault(
                .notAllowed(
                    key: self.path(of: "digest"), given: value.summary,
                    allowed: "64 hexadecimal digits, filled in by a run"),
                at: value.position.description)
        }
        return FileValue(path: path, digest: digits)
    }

    /// The parameters of a registered type, given by the keys that are not `others`; each fault at its own place.
    public func parameters(
        _ declared: [Parameter], besides others: [String]
    ) throws(ConfigurationFault) -> ParameterValues {
        try refuseUnknownKeys(known: others + declared.flatMap { [$0.name] + $0.aliases })
        var given: [(name: String, value: ParameterValue)] = []
        for parameter in declared {
            let key = path(of: parameter.name)
            let spellings = members.filter { parameter.isCalled($0.key) }
            guard spellings.count < 2 else {
                throw parameter.isGivenTwice(as: spellings.map(\.key), key: key)
                    .located(at: spellings[1].keyPosition.description)
            }
            if let value = spellings.first?.value {
                let checked = try value.position.locating { () throws(ConfigurationFault) in
                    let given =
                        parameter.isList
                        ? try value.numbers(key)
                        : parameter.allowsFile && value.isObject ? try value.file(key) : try value.parameter(key)
                    return try parameter.check(given, key: key)
                }
                given.append((parameter.name, checked))
            } else if parameter.defaultValue == nil {
                _ = try required(parameter.name, expected: parameter.allowed)
            }
        }
        return try ParameterValues(given, declared: declared, key: path)
    }
}
