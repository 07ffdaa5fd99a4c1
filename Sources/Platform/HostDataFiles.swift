// Files of data on this host: plain ones are read where they are wanted, compressed ones through the system's gzip.
import Glibc
public import Learning
import Registry
import Synchronization

/// The files in which an experiment's data are.
public struct HostDataFiles: DataFiles {
    private let naming: String
    private let mostUnpacked: Int

    /// - Parameters:
    ///   - file: the file that names them. They are looked for beside it, and then as they are named.
    ///   - mostUnpacked: bytes that a compressed file may come to, whatever its own size.
    public init(namedIn file: String = "", mostUnpacked: Int = 256 << 20) {
        naming = file
        self.mostUnpacked = mostUnpacked
    }

    public func find(_ path: String) -> String? { Files.absolute(Files.path(path, besideIfThere: naming)) }

    public func open(_ path: String) throws(ConfigurationFault) -> any DataStream {
        do throws(SystemFault) {
            let file = try Files.openToRead(path)
            var start: [UInt8] = [0, 0]
            let isEmpty = try file.read(into: &start) == .ended
            try file.seek(0, SEEK_SET)
            guard !isEmpty else { throw SystemFault("read", path, because: "the file is empty") }
            if start == HostDataFiles.magicOfGzip { return try UnpackedFile(file, path: path, most: mostUnpacked) }
            if !path.hasSuffix(".gz") { return PlainFile(file, path: path) }
        } catch {
            throw error.reading(path)
        }
        throw ConfigurationFault("is not compressed by gzip, which its name promises", at: path)
    }

    private static let magicOfGzip: [UInt8] = [0x1f, 0x8b]
}

/// A file whose bytes are the data.
private final class PlainFile: DataStream {
    private let file: FileDescriptor
    private let path: String

    init(_ file: FileDescriptor, path: String) {
        self.file = file
        self.path = path
    }

    func read(_ count: Int) throws(ConfigurationFault) -> [UInt8] {
        do throws(SystemFault) { return try file.read(upTo: count) } catch { throw error.reading(path) }
    }

    func skip(_ count: Int) throws(ConfigurationFault) {
        do throws(SystemFault) { try file.seek(count, SEEK_CUR) } catch { throw error.reading(path) }
    }
}

/// A file that gzip unpacks as it is read: nothing of it is kept but what a pipe holds.
private final class UnpackedFile: DataStream {
    private static let mostSkippedAtOnce = 1 << 16
    /// A child that is started between the making of a pipe and its marking as close-on-exec would inherit it.
    private static let starting = Mutex(())

    private let path: String
    private let unpacked: FileDescriptor
    private let gzip: ChildProcess
    /// Bytes that may still come.
    private var left: Int
    private let most: Int

    /// A file of data shrinks to no smaller share of itself.
    private static let mostTimes = 100

    /// - Parameter most: bytes of a small file.
    init(_ file: FileDescriptor, path: String, most: Int) throws(SystemFault) {
        self.path = path
        self.most = max(most, try file.size().clampedTimes(Self.mostTimes))
        left = self.most
        (unpacked, gzip) = try Self.starting.withLock { _ throws(SystemFault) in
            let pipe = try FileDescriptor.pipe()
            do throws(SystemFault) {
                return (pipe.reading, try ChildProcess("gzip", ["-dc"], input: file, output: .pipe(pipe.writing)))
            } catch {
                throw SystemFault("unpack \(path) by gzip, which must be installed", errno: error.errno)
            }
        }
    }

    /// What nobody has read, nobody wants.
    deinit {
        try? gzip.send(.kill)
        _ = try? gzip.wait()
    }

    func read(_ count: Int) throws(ConfigurationFault) -> [UInt8] {
        do throws(SystemFault) {
            let bytes = try unpacked.read(upTo: count)
            guard bytes.count <= left else {
                throw SystemFault(
                    "unpack", path, because: "it comes to more than \(most) bytes, \(Self.mostTimes) times its size")
            }
            left -= bytes.count
            if bytes.count == count { return bytes }
            if try gzip.wait() == .exited(0) { return bytes }
        } catch {
            throw error.reading(path)
        }
        throw ConfigurationFault("gzip cannot unpack it: it is damaged, or was not copied whole", at: path)
    }

    func skip(_ count: Int) throws(ConfigurationFault) {
        var left = count
        while left > 0 {
            let passed = try read(min(left, Self.mostSkippedAtOnce)).count
            guard passed > 0 else { return }
            left -= passed
        }
    }
}

extension FileDescriptor {
    /// The next `count` bytes, in as many reads as it takes; fewer at the end.
    fileprivate func read(upTo count: Int) throws(SystemFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count, case .bytes(let more) = try read(into: &bytes, from: filled) { filled += more }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Moves to another place of the file.
    ///
    /// - Returns: the place.
    @discardableResult
    fileprivate func seek(_ offset: Int, _ origin: Int32) throws(SystemFault) -> Int {
        try systemCall("seek in") { lseek(number, offset, origin) }
    }

    /// Bytes of the file, which is then at its start.
    fileprivate func size() throws(SystemFault) -> Int {
        let size = try seek(0, SEEK_END)
        try seek(0, SEEK_SET)
        return size
    }
}

extension SystemFault {
    /// As a fault of whoever named the file.
    fileprivate func reading(_ path: String) -> ConfigurationFault {
        ConfigurationFault(named(path).description)
    }
}
