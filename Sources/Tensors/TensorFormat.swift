// Formats of tensor files, by name. A new one is one file in Formats/ and one line here.
public import Registry

/// A way to write tensors into a file. Reading takes nothing for granted: whatever the bytes are, there are tensors or
/// one line that says what is wrong.
public protocol TensorFormat: Registered {
    init()

    /// Whether a file that begins so claims to be of this format.
    ///
    /// - Parameter start: its first nine bytes, or all of a shorter one.
    func claims(_ start: [UInt8]) -> Bool

    func read(_ file: inout ByteReader) throws(ConfigurationFault) -> TensorFile

    /// - Throws: where the format has no room for so much; there is no place in the fault.
    func write(_ file: TensorFile) throws(ConfigurationFault) -> [UInt8]
}

extension TensorFormat {
    public init(_ parameters: ParameterValues) { self.init() }
}

/// Every format there is.
public enum TensorFormatCatalog {
    public static let all = Catalog<any TensorFormat.Type>(
        "format", [Safetensors.self, NPY.self, NPZ.self], as: { $0 })

    /// The tensors of a file of any of these formats, told apart by their first bytes.
    ///
    /// - Parameter path: what messages call it.
    public static func read(_ source: any ByteSource, path: String) throws(ConfigurationFault) -> TensorFile {
        var reader = ByteReader(source, path: path)
        let start = try reader.peek(9)
        for type in all.entries where type.init().claims(start) { return try type.init().read(&reader) }
        throw reader.fault(
            start.isEmpty
                ? "the file is empty; allowed: a file of \(all.names.joined(separator: ", "))"
                : "is no file of \(all.names.joined(separator: ", ")): it begins with \(words(start.prefix(8)))")
    }

    /// Bytes for messages: as text where they are one.
    static func words(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.allSatisfy { (0x20..<0x7F).contains($0) }
            ? "'\(String(decoding: bytes, as: UTF8.self))'"
            : bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
