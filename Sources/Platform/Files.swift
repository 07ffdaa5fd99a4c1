// Whole files and folders. What stands in a file is the caller's business; files that grow are `AppendOnlyFile`.
import Glibc

/// Files and folders by path.
public enum Files {
    /// All bytes of a file from `offset` on; its size need not be known (`/proc`).
    ///
    /// - Parameter most: so many bytes are enough.
    public static func read(_ path: String, from offset: Int = 0, upTo most: Int = .max) throws(SystemFault) -> [UInt8]
    {
        let file = try openToRead(path)
        if offset > 0 { try systemCall("seek in", path) { lseek(file.number, offset, Int32(SEEK_SET)) } }
        let size = try status(of: file, path).st_size
        return try read(file, path, expecting: min(most, max(0, Int(size) - offset)), upTo: most)
    }

    /// All bytes of a file, pipe or terminal that this process was started with, by its path in `/dev`.
    static func readInherited(_ path: String, upTo most: Int) throws(SystemFault) -> [UInt8] {
        let file = try open(path, "open", O_RDONLY)
        let mode = try status(of: file, path).st_mode & S_IFMT
        let isStandardInput = path == "/dev/stdin"
        guard mode == S_IFREG || mode == S_IFIFO || isStandardInput && (mode == S_IFCHR || mode == S_IFSOCK) else {
            throw SystemFault("read", path, because: notAFile(mode))
        }
        return try read(file, path, expecting: 0, upTo: most)
    }

    /// Opens a file to read it. Whatever else the path leads to is refused and waited for by nobody: a pipe may have no
    /// writer, and a device no end.
    static func openToRead(_ path: String) throws(SystemFault) -> FileDescriptor {
        // Without the flag, to open a pipe without a writer takes until there is one.
        let file = try open(path, "open", O_RDONLY | O_NONBLOCK)
        let mode = try status(of: file, path).st_mode & S_IFMT
        guard mode == S_IFREG else { throw SystemFault("read", path, because: notAFile(mode)) }
        return file
    }

    private static func notAFile(_ mode: mode_t) -> String {
        let found =
            switch mode {
            case S_IFDIR: "a folder"
            case S_IFIFO: "a named pipe"
            case S_IFCHR, S_IFBLK: "a device"
            default: "no file"
            }
        return "it is \(found); allowed: a regular file"
    }

    private static func status(of file: FileDescriptor, _ path: String) throws(SystemFault) -> stat {
        var status = stat()
        try systemCall("read", path) { unsafe fstat(file.number, &status) }
        return status
    }

    /// - Parameter size: what is likely to come; room is made for that at once.
    private static func read(
        _ file: FileDescriptor, _ path: String, expecting size: Int, upTo most: Int = .max
    ) throws(SystemFault) -> [UInt8] {
        // One more byte than there is: the end is seen without growing.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var count = 0
        do throws(SystemFault) {
            while count < most {
                if count == bytes.count { bytes += [UInt8](repeating: 0, count: max(1 << 16, count)) }
                guard case .bytes(let more) = try file.read(into: &bytes, from: count) else { break }
                count += more
            }
        } catch {
            throw SystemFault("read", path, errno: error.errno)
        }
        bytes.removeLast(bytes.count - min(count, most))
        return bytes
    }

    /// Writes beside `path` and renames, so that a reader finds the old file or the whole new one.
    ///
    /// It outlives the process from then on, and the machine once the system has written it to the disk, which is not
    /// waited for.
    ///
    /// - Parameter secretly: nobody but this user may read it.
    public static func write(_ bytes: [UInt8], to path: String, secretly: Bool = false) throws(SystemFault) {
        let beside = "\(path).\(getpid())\(partSuffix)"
        do throws(SystemFault) {
            let file = try open(beside, "write", O_WRONLY | O_CREAT | O_TRUNC, mode: secretly ? 0o600 : 0o644)
            try file.writeAll(bytes)
            try systemCall("write") { unsafe rename(beside, path) }
        } catch {
            remove(beside)
            throw SystemFault("write", path, errno: error.errno)
        }
    }

    /// Of a file that is being written beside the one whose place it takes.
    static let partSuffix = ".part"

    /// Removes what processes that were killed in the middle of `write` have left in a folder in which no other
    /// process writes.
    static func removeParts(in folder: String) {
        for name in (try? names(in: folder)) ?? [] where name.hasSuffix(partSuffix) { remove("\(folder)/\(name)") }
    }

    /// Writes a file that was not there.
    ///
    /// - Returns: false where something stands there already, which stays as it is.
    public static func writeNew(_ bytes: [UInt8], to path: String) throws(SystemFault) -> Bool {
        let file: FileDescriptor
        do throws(SystemFault) {
            file = try open(path, "write", O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            guard error.errno == EEXIST else { throw error }
            return false
        }
        do throws(SystemFault) {
            try file.writeAll(bytes)
        } catch {
            remove(path)
            throw SystemFault("write", path, errno: error.errno)
        }
        return true
    }

    /// All bytes of a file that nobody but its owner may read.
    ///
    /// - Returns: `nil` where others may read it as well.
    public static func readSecret(_ path: String) throws(SystemFault) -> [UInt8]? {
        let file = try openToRead(path)
        let status = try status(of: file, path)
        return status.st_mode & 0o077 == 0 ? try read(file, path, expecting: Int(status.st_size)) : nil
    }

    /// Makes a folder and those above it; it may exist.
    public static func makeDirectory(_ path: String) throws(SystemFault) {
        if unsafe mkdir(path, 0o755) == 0 || isDirectory(path) { return }
        // What stands there is no folder.
        let number = errno == EEXIST ? ENOTDIR : errno
        let above = parent(of: path)
        guard number == ENOENT, above != path else { throw SystemFault("make the folder", path, errno: number) }
        try makeDirectory(above)
        if unsafe mkdir(path, 0o755) != 0 && !isDirectory(path) {
            throw SystemFault("make the folder", path, errno: errno)
        }
    }

    /// Makes a folder that was not there, and those above it. One call both finds the name free and takes it, so that
    /// no two processes are ever given one folder.
    ///
    /// - Returns: false where something stands there already.
    public static func makeNewDirectory(_ path: String) throws(SystemFault) -> Bool {
        try makeDirectory(parent(of: path))
        if unsafe mkdir(path, 0o755) == 0 { return true }
        guard errno == EEXIST else { throw SystemFault("make the folder", path, errno: errno) }
        return false
    }

    /// Makes a new folder: `path`, or where that is taken `path-2`, `path-3`, and so on.
    ///
    /// - Returns: its path.
    public static func makeNewDirectory(named path: String) throws(SystemFault) -> String {
        for number in 1...mostOfOneName {
            let name = number == 1 ? path : "\(path)-\(number)"
            if try makeNewDirectory(name) { return name }
        }
        throw SystemFault("make the folder", path, errno: EEXIST)
    }

    /// More folders of one name than anyone means to make.
    private static let mostOfOneName = 10_000

    /// Bytes in a file; `nil` where there is none.
    public static func size(of path: String) -> Int? {
        var information = stat()
        return unsafe stat(path, &information) == 0 ? Int(information.st_size) : nil
    }

    /// Whether something stands at `path`; a link to nothing does not.
    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// `path` from the top, links followed; `nil` where nothing stands there.
    public static func absolute(_ path: String) -> String? {
        guard let whole = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(whole) }
        return unsafe String(cString: whole)
    }

    /// A path that a file names: beside that file if it is there, else as it stands.
    public static func path(_ path: String, besideIfThere file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        let beside = "\(file[...slash])\(path)"
        return exists(beside) ? beside : path
    }

    /// Whether `path` is a folder, or a link to one.
    public static func isDirectory(_ path: String) -> Bool {
        let before = errno
        defer { errno = before }
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted, without "." and "..".
    public static func names(in path: String) throws(SystemFault) -> [String] {
        guard let folder = unsafe opendir(path) else { throw SystemFault("list", path, errno: errno) }
        defer { _ = unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or an empty folder, and tells whether it was there to be removed.
    @discardableResult
    public static func remove(_ path: String) -> Bool { unsafe Glibc.remove(path) == 0 }

    /// Removes a folder with all that is in it; links are removed, not followed.
    public static func removeTree(_ path: String) {
        var status = stat()
        if unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
        }
        remove(path)
    }

    /// Opens a file; `call` is the verb of the fault.
    static func open(
        _ path: String, _ call: String, _ flags: Int32, mode: mode_t = 0o644
    ) throws(SystemFault) -> FileDescriptor {
        try FileDescriptor(owning: systemCall(call, path) { unsafe Glibc.open(path, flags | O_CLOEXEC, mode) })
    }

    /// The folder that holds `path`.
    private static func parent(of path: String) -> String {
        let trimmed = path.last == "/" && path.count > 1 ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}

/// A new empty folder that is removed with all that is in it when this value goes.
public struct TemporaryDirectory: ~Copyable, Sendable {
    /// Without a slash at its end.
    public let path: String

    /// Makes the folder in `$TMPDIR`, or in `/tmp`.
    public init() throws(SystemFault) {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/gossipnode-\(String(repeating: "X", count: 6))".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw SystemFault("make a folder in", parent, errno: errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Files.removeTree(path) }
}

extension Files {
    /// The path of the running program, links followed.
    public static func pathOfThisProgram() throws(SystemFault) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try systemCall("find", "the path of this program") {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe readlink("/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
            }
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

extension Files {
    /// The user's folder for what can be got again: `$XDG_CACHE_HOME`, or `.cache` at home; `nil` where neither is set.
    public static var cacheFolder: String? {
        func variable(_ name: String) -> String? {
            unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        return variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
    }
}
