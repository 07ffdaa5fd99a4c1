// A JSON text as a tree that remembers where everything stood. Values that were read are looked up in their file when
// someone asks for them; how they are asked for by type is in JSONAccess.

/// One `key: value` of an object.
public struct JSONMember: Sendable {
    public let key: String
    public let keyPosition: JSONPosition
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue, keyPosition: JSONPosition = .none) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}

/// Any JSON value. Objects keep the order of their members.
public struct JSONValue: Sendable {
    public enum Kind: Sendable {
        case null
        case flag(Bool)
        /// The literal is kept: 64-bit seeds do not fit a Double.
        case number(Double, literal: String)
        case text(String)
        case array(JSONElements)
        case object(JSONMembers)

        public static func array(_ elements: [JSONValue]) -> Kind { .array(JSONElements(elements)) }
        public static func object(_ members: [JSONMember]) -> Kind { .object(JSONMembers(members)) }
    }

    private enum Form: Sendable {
        case read(JSONDocument, entry: Int)
        case made(Made)
    }

    /// A value that stands in no file, or in another form there. A class, so that references to values stay small.
    private final class Made: Sendable {
        let kind: Kind
        let position: JSONPosition

        init(_ kind: Kind, _ position: JSONPosition) {
            self.kind = kind
            self.position = position
        }
    }

    private var form: Form

    public init(_ kind: Kind, position: JSONPosition = .none) { form = .made(Made(kind, position)) }

    init(_ document: JSONDocument, entry: Int) { form = .read(document, entry: entry) }

    public var kind: Kind {
        get {
            switch form {
            case .read(let document, let entry): document.kind(ofEntry: entry)
            case .made(let made): made.kind
            }
        }
        set { form = .made(Made(newValue, position)) }
    }

    public var position: JSONPosition {
        switch form {
        case .read(let document, let entry): document.position(ofEntry: entry)
        case .made(let made): made.position
        }
    }

    /// The number that the value is; its literal is not made.
    var quickNumber: Double? {
        switch form {
        case .read(let document, let entry): return document.number(ofEntry: entry)
        case .made(let made):
            guard case .number(let number, _) = made.kind else { return nil }
            return number
        }
    }

    public static func number(_ value: Int) -> JSONValue { JSONValue(.number(Double(value), literal: "\(value)")) }
    public static func number(_ value: Double) -> JSONValue { JSONValue(.number(value, literal: "\(value)")) }
    public static func text(_ value: String) -> JSONValue { JSONValue(.text(value)) }
    public static func flag(_ value: Bool) -> JSONValue { JSONValue(.flag(value)) }
    public static func array(_ elements: [JSONValue]) -> JSONValue { JSONValue(.array(elements)) }

    /// An object of the members that have a value.
    public static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        JSONValue(.object(members.compactMap { key, value in value.map { JSONMember(key, $0) } }))
    }

    /// The keys of an object, unless there are more than any file of a known format has at its top.
    public var fewKeys: [String]? {
        guard case .object(let members) = kind else { return nil }
        let keys = members.prefix(64).map(\.key)
        return members.dropFirst(keys.count).isEmpty ? keys : nil
    }

    public var isObject: Bool { if case .object = kind { true } else { false } }

    /// What the value is, for messages: `'text'`, `12`, `an array`.
    public var summary: String {
        switch kind {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(_, let literal): literal
        case .text(let text): "'\(text)'"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The elements of an array, one after the other: none is kept that nobody asks for.
public struct JSONElements: Collection, Sendable {
    private enum Form: Sendable {
        case read(JSONDocument)
        case made([JSONValue])
        case rows(@Sendable (Int) -> JSONValue)
    }

    private let form: Form
    public let startIndex: Int
    public let endIndex: Int

    init(_ document: JSONDocument, entries: Range<Int>) {
        form = .read(document)
        (startIndex, endIndex) = (entries.lowerBound, entries.upperBound)
    }

    public init(_ elements: [JSONValue]) {
        form = .made(elements)
        (startIndex, endIndex) = (0, elements.count)
    }

    /// So many elements that are made when they are asked for.
    public init(count: Int, _ element: @escaping @Sendable (Int) -> JSONValue) {
        form = .rows(element)
        (startIndex, endIndex) = (0, count)
    }

    public func index(after index: Int) -> Int {
        if case .read(let document) = form { document.end(ofEntry: index) } else { index + 1 }
    }

    public subscript(index: Int) -> JSONValue {
        switch form {
        case .read(let document): JSONValue(document, entry: index)
        case .made(let elements): elements[index]
        case .rows(let element): element(index)
        }
    }
}

/// The members of an object, likewise.
public struct JSONMembers: Collection, Sendable {
    private enum Form: Sendable {
        case read(JSONDocument)
        case made([JSONMember])
    }

    private let form: Form
    public let startIndex: Int
    public let endIndex: Int

    init(_ document: JSONDocument, entries: Range<Int>) {
        form = .read(document)
        (startIndex, endIndex) = (entries.lowerBound, entries.upperBound)
    }

    public init(_ members: [JSONMember]) {
        form = .made(members)
        (startIndex, endIndex) = (0, members.count)
    }

    public func index(after index: Int) -> Int {
        if case .read(let document) = form { document.end(ofEntry: index + 1) } else { index + 1 }
    }

    public subscript(index: Int) -> JSONMember {
        switch form {
        case .read(let document):
            JSONMember(
                document.text(ofEntry: index), JSONValue(document, entry: index + 1),
                keyPosition: document.position(ofEntry: index))
        case .made(let members): members[index]
        }
    }

    /// The value of this key; keys are equal if their bytes are.
    public subscript(key: String) -> JSONValue? { indices.first { isKey(key, at: $0) }.map(value) }

    /// The first member with a key that is none of these.
    func first(besides known: [String]) -> JSONMember? {
        indices.first { index in !known.contains { isKey($0, at: index) } }.map { self[$0] }
    }

    /// The members but those of these keys.
    public func others(besides known: [String]) -> [JSONMember] {
        indices.filter { index in !known.contains { isKey($0, at: index) } }.map { self[$0] }
    }

    private func isKey(_ key: String, at index: Int) -> Bool {
        switch form {
        case .read(let document): document.isKey(key, atEntry: index)
        case .made(let members): members[index].key.utf8.elementsEqual(key.utf8)
        }
    }

    private func value(at index: Int) -> JSONValue {
        switch form {
        case .read(let document): JSONValue(document, entry: index + 1)
        case .made(let members): members[index].value
        }
    }
}
