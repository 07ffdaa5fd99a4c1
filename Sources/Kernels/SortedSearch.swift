// Where something stands in a list that is in order.

extension Array {
    /// The position of the element with this key, by bisection.
    ///
    /// - Parameter key: ascending along the array.
    @inlinable
    public func slot<Key: Comparable>(of wanted: Key, by key: (Element) -> Key) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if key(self[middle]) < wanted { low = middle + 1 } else { high = middle }
        }
        return low < count && key(self[low]) == wanted ? low : nil
    }
}
