// Traces as nodes write them, without a node.
import Metrics

extension TraceHeader {
    /// A trace of these lines that begins with this header.
    public func bytes(_ lines: [TraceLine]) -> [UInt8] {
        var (bytes, end) = (encoded, TraceEnd(of: self))
        for line in lines {
            let record = end.record(line)
            let encoded = record.encoded(after: end.check)
            bytes += encoded
            end.pass(record, encoded)
        }
        return bytes
    }
}
