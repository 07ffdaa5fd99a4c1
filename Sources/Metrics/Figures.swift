// Figures: what was measured, by name. What the names mean is in the laboratory's catalogue of measures.
import JSON

/// Named figures of a moment of a run, or of its end, in the order in which they were added.
public struct Figures: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
        /// `nil` where there is none to tell; what is no number counts as none.
        case number(Double?)
        /// One of each node, or of each class.
        case list([Double?])
    }

    public private(set) var entries: [(name: String, value: Value)] = []

    public init() {}

    /// The figure of this name; `nil` where there is none, and for lists.
    public subscript(name: String) -> Double? {
        guard case .number(let number)? = value(name) else { return nil }
        return number
    }

    /// The list of this name; empty where there is none.
    public func list(_ name: String) -> [Double?] {
        guard case .list(let values)? = value(name) else { return [] }
        return values
    }

    public func value(_ name: String) -> Value? { entries.first { $0.name == name }?.value }

    public mutating func add(_ name: String, _ value: Double?) {
        put(name, .number(value.flatMap { $0.isNaN ? nil : $0 }))
    }

    public mutating func add(_ name: String, _ values: [Double?]) {
        put(name, .list(values.map { $0.flatMap { $0.isNaN ? nil : $0 } }))
    }

    /// Figures of the same name take the place of those that there are.
    public mutating func add(_ other: Figures) { for (name, value) in other.entries { put(name, value) } }

    private mutating func put(_ name: String, _ value: Value) {
        if let place = entries.firstIndex(where: { $0.name == name }) {
            entries[place].value = value
        } else {
            entries.append((name, value))
        }
    }

    public static func == (a: Figures, b: Figures) -> Bool {
        a.entries.map(\.name) == b.entries.map(\.name) && a.entries.map(\.value) == b.entries.map(\.value)
    }
}

extension Figures {
    /// As members of an object; `null` for what is not there or not finite.
    public func write(to line: inout JSONLine) {
        for (name, value) in entries {
            switch value {
            case .number(let number): line.add(name, number)
            case .list(let values): line.add(name, values) { $0.append(number: $1) }
            }
        }
    }

    /// Read back; what is neither a number nor a list of numbers is none.
    public init(_ json: JSONValue?) {
        for member in json?.members ?? [] {
            if case .array(let elements) = member.value.kind {
                add(member.key, elements.map(\.number))
            } else {
                add(member.key, member.value.number)
            }
        }
    }
}
