namespace CityTwin.Core.Dependencies;

/// <summary>
/// Orders a graph so that suppliers come first: strongly connected components in topological order, and inside a
/// component reverse post-order, so that a sweep in this order settles what is acyclic in one pass.
/// Tarjan's algorithm with its own stack: a chain of 100,000 segments must not overflow the machine's.
/// </summary>
internal static class StronglyConnected
{
    /// <returns>The vertices in order, and of each place in it the place at which its component begins.</returns>
    public static (int[] Order, int[] ComponentStart) Sort(int[] start, int[] targets)
    {
        var count = start.Length - 1;
        var search = new Search(start, targets, count);
        for (var v = 0; v < count; v++)
        {
            search.From(v);
        }

        return search.Sorted();
    }

    private sealed class Search(int[] start, int[] targets, int count)
    {
        private readonly int[] _index = new int[count];      // 1 + order of discovery, 0 = not seen
        private readonly int[] _low = new int[count];
        private readonly int[] _component = Filled(count);
        private readonly int[] _finished = new int[count];   // post-order number
        private readonly int[] _edge = new int[count];
        private readonly int[] _open = new int[count];
        private readonly int[] _path = new int[count];
        private int _discovered, _finishedCount, _openCount, _components;

        public void From(int root)
        {
            if (_index[root] != 0)
            {
                return;
            }

            var depth = 0;
            Discover(root, depth);
            while (depth >= 0)
            {
                var v = _path[depth];
                if (_edge[v] < start[v + 1])
                {
                    var target = targets[_edge[v]++];
                    if (_index[target] == 0)
                    {
                        Discover(target, ++depth);
                    }
                    else if (_component[target] < 0)
                    {
                        _low[v] = Math.Min(_low[v], _index[target]);
                    }
                }
                else
                {
                    Finish(v);
                    if (--depth >= 0)
                    {
                        _low[_path[depth]] = Math.Min(_low[_path[depth]], _low[v]);
                    }
                }
            }
        }

        public (int[] Order, int[] ComponentStart) Sorted()
        {
            // Components are found consumers first; so the last one found comes first.
            var order = Enumerable.Range(0, count)
                .OrderByDescending(v => _component[v])
                .ThenByDescending(v => _finished[v])
                .ToArray();
            var componentStart = new int[count];
            for (var place = 1; place < count; place++)
            {
                componentStart[place] = _component[order[place]] == _component[order[place - 1]] ? componentStart[place - 1] : place;
            }

            return (order, componentStart);
        }

        private void Discover(int v, int depth)
        {
            _index[v] = _low[v] = ++_discovered;
            _edge[v] = start[v];
            _open[_openCount++] = v;
            _path[depth] = v;
        }

        private void Finish(int v)
        {
            _finished[v] = _finishedCount++;
            if (_low[v] != _index[v])
            {
                return;
            }

            int member;
            do
            {
                member = _open[--_openCount];
                _component[member] = _components;
            }
            while (member != v);
            _components++;
        }

        private static int[] Filled(int count)
        {
            var array = new int[count];
            array.AsSpan().Fill(-1);
            return array;
        }
    }
}
