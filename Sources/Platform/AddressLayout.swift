// Where in memory the kernel puts a program: at random, so that whoever finds a fault in it does not know its
// addresses, or where it always does.
import Glibc

/// The layout of the processes that this one starts.
enum AddressLayout {
    /// `personality(2)`, which the module of Glibc does not show; `nil` where there is none.
    private static let setPersonality: (@convention(c) (UInt) -> Int32)? = {
        guard let symbol = unsafe dlsym(nil, "personality") else { return nil }
        return unsafe unsafeBitCast(symbol, to: (@convention(c) (UInt) -> Int32).self)
    }()
    /// Asks for what is set, and changes nothing.
    private static let query: UInt = 0xFFFF_FFFF
    /// ADDR_NO_RANDOMIZE.
    private static let notRandom: UInt = 0x0004_0000

    /// Runs `body`, in which this thread starts programs at the addresses where the kernel always puts them; as usual
    /// where it does not allow that, as in some containers. What runs already stays where it is.
    static func withFixedAddresses<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let setPersonality else { return try body() }
        let before = setPersonality(query)
        guard before >= 0, setPersonality(UInt(before) | notRandom) >= 0 else { return try body() }
        defer { _ = setPersonality(UInt(before)) }
        return try body()
    }
}
