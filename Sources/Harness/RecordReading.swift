// Sums of records: a missing count is zero.
import Scenario

extension JSONValue {
    func count(_ key: String) -> Int { member(key)?.count ?? 0 }
}
