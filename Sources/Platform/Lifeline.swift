// Lifeline, the pipe by which children notice that their launcher is gone, however it ended. Nothing is ever written to
// it.
import Glibc

/// The launcher's side: children end when the last reference to this, or the launcher, is gone.
public struct Lifeline: Sendable {
    static let variable = "GOSSIPNODE_LIFELINE"
    /// The descriptor that every child finds the pipe on.
    static let number: Int32 = 3

    /// What children inherit.
    let reading: FileDescriptor
    private let writing: FileDescriptor

    public init() throws(SystemFault) {
        (reading, writing) = try FileDescriptor.pipe()
    }

    /// Whether this process was started with one.
    public static var isInherited: Bool { unsafe getenv(variable) != nil }

    /// The child's side, readable when the launcher is gone; `nil` in a process started by hand. To be asked once.
    public static func inherited() -> FileDescriptor? {
        guard let value = unsafe getenv(variable), let number = unsafe Int32(String(cString: value)),
            fcntl(number, F_GETFD) != -1
        else { return nil }
        return try? FileDescriptor(owning: number)
    }
}
