// TensorLayout: of which tensors a vector of parameters is made, one after the other.
public import Registry

/// Names and shapes in the order of the vector.
public struct TensorLayout: Sendable, Equatable {
    public struct Part: Sendable, Equatable {
        public let name: String
        public let shape: [Int]

        public var count: Int { shape.reduce(1, *) }
    }

    public let parts: [Part]

    /// - Parameter parts: no two of one name.
    public init(_ parts: [(name: String, shape: [Int])]) {
        self.parts = parts.map { Part(name: $0.name, shape: $0.shape) }
    }

    /// Elements of the vector.
    public var count: Int { parts.reduce(0) { $0 + $1.count } }

    /// The vector as tensors.
    ///
    /// - Parameter prefix: what comes before each name.
    public func split(_ vector: [Float], prefix: String = "") -> [Tensor] {
        precondition(vector.count == count, "a vector of this layout")
        var start = 0
        return parts.map { part in
            defer { start += part.count }
            return Tensor(
                prefix + part.name, shape: part.shape, values: Array(vector[start..<start + part.count]))
        }
    }

    /// The vector that the tensors of a file make: all parts, by name, or all of them in one vector of any name.
    ///
    /// - Parameters:
    ///   - path: what messages call the file.
    ///   - others: tensors that may be in it as well.
    public func vector(
        of file: TensorFile, path: String, besides others: [String] = []
    ) throws(ConfigurationFault) -> [Float] {
        if file.tensors.count == 1, file.tensors[0].shape == [count] { return try finite(file.tensors[0], path) }
        var vector: [Float] = []
        let wanted = file.tensors.filter { !others.contains($0.name) }
        for part in parts {
            guard let tensor = wanted.first(where: { $0.name == part.name }), tensor.shape == part.shape,
                wanted.count == parts.count
            else {
                let needed = parts.map { Tensor.summary($0.name, $0.shape) }
                let vector = needed.count == 1 && parts[0].shape == [count] ? "" : ", or one vector of \(count) numbers"
                throw ConfigurationFault(
                    "holds \(Tensor.summary(file.tensors.map(\.summary))); needed: \(Tensor.summary(needed))\(vector)",
                    at: path)
            }
            vector += try finite(tensor, path)
        }
        return vector
    }

    private func finite(_ tensor: Tensor, _ path: String) throws(ConfigurationFault) -> [Float] {
        guard let place = tensor.values.firstIndex(where: { !$0.isFinite }) else { return tensor.values }
        throw ConfigurationFault(
            "has \(tensor.values[place]) as element \(place)\(tensor.name.isEmpty ? "" : " of \(tensor.name)"); "
                + "allowed: finite numbers", at: path)
    }
}
