// A mark that one process at a time can set, and that goes with it.
import Platform
import Testing

extension PlatformTests {
    @Suite("File lock")
    struct FileLockTests {
        @Test("is held by one, and free when that one is gone")
        func exclusive() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/run.json"
            #expect(throws: SystemFault.self) { try FileLock(path) }
            try Files.write([], to: path)
            var first = try FileLock(path)
            #expect(first != nil)
            #expect(try FileLock(path) == nil)
            first = nil
            #expect(try FileLock(path) != nil)
        }
    }
}
