// Values that a table of keys reads from JSON and writes back. Which keys there are is the business of the tables.
import JSON
import Kernels
import Registry

/// A value made of settings.
public protocol Settings: Sendable {
    /// Every setting at its default.
    init()
    static var keys: [SettingKey<Self>] { get }
}

/// One setting: its place in the document, what it allows, and how it is read and written.
public struct SettingKey<Root: Settings>: Sendable {
    /// Takes over a value; the text is the key's full path, for messages.
    typealias Read = @Sendable (inout Root, JSONValue, String) throws(ConfigurationFault) -> Void
    typealias Write = @Sendable (Root) -> JSONValue

    /// Names of members from the top of the document, joined by dots.
    public let path: String
    /// What may be written, in words.
    public let allowed: String
    public let summary: String
    /// Of a list that may be empty: what to write for an element.
    let example: String?
    /// Whether two experiments that differ here are two experiments.
    public private(set) var belongsToIdentity = true
    let read: Read
    let write: Write

    init(
        _ path: String, allowed: String, example: String? = nil, _ summary: String, read: @escaping Read,
        write: @escaping Write
    ) {
        self.path = path
        self.allowed = allowed
        self.example = example
        self.summary = summary
        self.read = read
        self.write = write
    }

    /// The default, as JSON.
    public var defaultValue: String { JSONText.canonical(write(Root())) }

    /// The same key, for something that changes no result.
    var outsideIdentity: SettingKey {
        var key = self
        key.belongsToIdentity = false
        return key
    }
}

extension Settings {
    /// Takes over what is written for `path`: the value of one key, or an object that holds several.
    ///
    /// Members of an object that are keys themselves (`task.split.over`) are read as such; the others belong to the
    /// object's own key.
    ///
    /// - Parameter prefix: what comes before the path in messages (`adversary.0.`).
    mutating func assign(_ value: JSONValue, at path: String, prefix: String = "") throws(ConfigurationFault) {
        let key = Self.keys.first { $0.path == path }
        guard case .object(let members) = value.kind else {
            guard let key else {
                throw value.typeFault(path.isEmpty ? "the file" : prefix + path, expected: "an object")
            }
            return try key.read(&self, value, prefix + path)
        }
        var rest: [JSONMember] = []
        for member in members {
            let memberPath = path.isEmpty ? member.key : "\(path).\(member.key)"
            if Self.isKnown(memberPath) && !member.key.contains(".") {
                try assign(member.value, at: memberPath, prefix: prefix)
            } else if key != nil {
                rest.append(member)
            } else {
                throw Self.unknown(memberPath, prefix: prefix).located(at: member.keyPosition.description)
            }
        }
        if let key, !rest.isEmpty || members.isEmpty {
            try key.read(&self, JSONValue(.object(rest), position: value.position), prefix + path)
        }
    }

    /// The value as JSON, with every key that `isIncluded`, in the order of the table.
    func json(including isIncluded: (SettingKey<Self>) -> Bool = { _ in true }) -> JSONValue {
        Self.keys.filter(isIncluded).reduce(into: JSONValue(.object([]))) { json, key in
            json.set(key.write(self), at: key.path.split(separator: ".")[...])
        }
    }

    /// Whether a key, or a section of keys, has this path.
    static func isKnown(_ path: String) -> Bool {
        keys.contains { $0.path == path || $0.path.hasPrefix(path + ".") }
    }

    /// The fault for a path that is no key. It may have been mistaken for one of its section, or for one of the same
    /// name elsewhere.
    static func unknown(_ path: String, prefix: String = "") -> ConfigurationFault {
        let all = keys.map(\.path)
        guard !all.contains(path) else {
            let nested = path.split(separator: ".").joined(separator: "\": {\"")
            return ConfigurationFault(
                "the key '\(prefix + path)' has dots; in a file keys are nested: {\"\(nested)\": …")
        }
        let (section, name) = split(path)
        let start = section.isEmpty ? "" : section + "."
        var siblings: [String] = []
        for key in all where key.hasPrefix(start) {
            let sibling = start + key.dropFirst(start.count).prefix { $0 != "." }
            if !siblings.contains(sibling) { siblings.append(sibling) }
        }
        let namesakes = all.filter { nearestName(to: name, among: [split($0).name]) != nil }
        let isSlip = nearestName(to: path, among: siblings) != nil
        let known = isSlip || namesakes.isEmpty ? siblings : namesakes
        return ConfigurationFault(.unknown(noun: "key", given: prefix + path, known: known.map { prefix + $0 }))
    }

    private static func split(_ path: String) -> (section: String, name: String) {
        guard let dot = path.lastIndex(of: ".") else { return ("", path) }
        return (String(path[..<dot]), String(path[path.index(after: dot)...]))
    }
}

extension JSONValue {
    func typeFault(_ key: String, expected: String) -> ConfigurationFault {
        ConfigurationFault(.wrongType(key: key, given: summary, expected: expected), at: position.description)
    }

    func rangeFault(_ key: String, _ allowed: String) -> ConfigurationFault {
        ConfigurationFault(.notAllowed(key: key, given: summary, allowed: allowed), at: position.description)
    }

    /// Puts `value` where `path` leads through objects, which are made where they are missing.
    fileprivate mutating func set(_ value: JSONValue, at path: ArraySlice<Substring>) {
        guard let name = path.first, case .object(let old) = kind else { return self = value }
        var members = Array(old)
        if let slot = members.firstIndex(where: { $0.key == name }) {
            members[slot].value.set(value, at: path.dropFirst())
        } else {
            var member = JSONValue(.object([]))
            member.set(value, at: path.dropFirst())
            members.append(JSONMember(String(name), member))
        }
        kind = .object(members)
    }
}
