// Tensor: an array of numbers with a name and a shape, as files hold them; and what one file holds.

/// Numbers with a name and a shape, the last axis fastest.
public struct Tensor: Sendable, Equatable {
    public let name: String
    /// Elements along each axis; none for a single number.
    public let shape: [Int]
    /// How the file it was read from stores it.
    public let type: ElementType
    public let values: [Float]

    public init(_ name: String, shape: [Int], type: ElementType = .float32, values: [Float]) {
        precondition(elementCount(shape) == values.count, "a value for each element")
        self.name = name
        self.shape = shape
        self.type = type
        self.values = values
    }

    /// Name and shape, for messages: `weight [10, 64]`.
    var summary: String { Tensor.summary(name, shape) }

    static func summary(_ name: String, _ shape: [Int]) -> String {
        let axes = "[\(shape.map(String.init).joined(separator: ", "))]"
        return name.isEmpty ? axes : "\(name) \(axes)"
    }

    /// Many tensors for messages: of a long list the beginning.
    static func summary(_ names: [String]) -> String {
        let most = 6
        return names.isEmpty
            ? "nothing"
            : names.prefix(most).joined(separator: ", ") + (names.count > most ? " and \(names.count - most) more" : "")
    }
}

/// What stands in one file.
public struct TensorFile: Sendable, Equatable {
    /// In the order in which their numbers stand in the file; no two of one name.
    public var tensors: [Tensor]
    /// What else the file says of them, where the format has room for it. Only looked up, or written in order of keys.
    public var metadata: [String: String]

    public init(_ tensors: [Tensor], metadata: [String: String] = [:]) {
        precondition(Set(tensors.map(\.name)).count == tensors.count, "no two of one name")
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The types whose values were rounded to Float; empty for nearly all files.
    public var roundedTypes: [ElementType] {
        ElementType.allCases.filter { type in !type.isExact && tensors.contains { $0.type == type } }
    }
}
