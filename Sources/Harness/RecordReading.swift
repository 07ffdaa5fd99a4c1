// Sums of records: a missing count is zero. Sums wrap instead of trapping, since files may say anything.
import Scenario

extension JSONValue {
    func count(_ key: String) -> Int { member(key)?.count ?? 0 }
}
