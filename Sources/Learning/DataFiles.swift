// DataFiles: the protocol by which datasets read files. Nothing here opens any; the programs hand in a value that does.
import Registry
public import Tensors

/// Files of data, by path.
public protocol DataFiles: Sendable {
    /// The path under which the file is found from any folder; `nil` where there is no such file.
    func find(_ path: String) -> String?

    /// The bytes of a file that `find` has found, unpacked if it is compressed.
    func open(_ path: String) throws(ConfigurationFault) -> any DataStream
}

/// A file that is being read, from its start to its end.
public protocol DataStream: ByteSource {
    /// Passes over the next `count` bytes, of which fewer may be left.
    func skip(_ count: Int) throws(ConfigurationFault)
}

/// No files, where all data are built in.
public struct NoDataFiles: DataFiles {
    public init() {}

    public func find(_ path: String) -> String? { nil }

    public func open(_ path: String) throws(ConfigurationFault) -> any DataStream {
        throw ConfigurationFault("no file of data can be read here", at: path)
    }
}
