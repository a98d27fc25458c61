using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>Turns rules into the kernel's arrays.</summary>
internal static class KernelCompiler
{
    public static KernelTables Compile(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules)
    {
        var index = new FrozenIndex(rules.Select(rule => rule.Segment));
        var drafts = new Drafts(rules);
        var edges = drafts.Edges(index);
        var (start, targets) = Adjacency.Of(drafts.Count, edges);
        var (order, componentStart) = LeavesLast(StronglyConnected.Sort(start, targets), start);
        var placeOf = new int[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            placeOf[order[place]] = place;
        }

        var (dependentStart, dependents) = Adjacency.Of(
            drafts.Count, [.. edges.Select(edge => (From: placeOf[edge.From], To: placeOf[edge.To])).Order()]);
        int[] Places(int[] vertices) => [.. vertices.Select(v => v < 0 ? -1 : placeOf[v])];
        var level = Places(drafts.Level);
        var pass = Places(drafts.Pass);
        var give = Places(drafts.Give);
        var code = new List<int>();
        var vertices = new VertexTable[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            vertices[place] = Compile(drafts, order[place], code, segment => level[index[segment]]);
        }

        var rings = Rings(vertices, componentStart, place => dependents.AsSpan(dependentStart[place]..dependentStart[place + 1]).Contains(place));
        Invariant.Hold(dependents.Length <= VertexHead.ReadersMax, "A vertex's head has room for the place of its readers.");

        return new(
            [.. rules.Select(rule => rule.Segment)],
            [.. rules.Select(rule => rule.Rule)],
            index,
            vertices,
            Array.FindLastIndex(order, vertex => start[vertex + 1] > start[vertex]) + 1,
            rings,
            [
                .. vertices.Select((vertex, place) => Head(drafts, vertex, dependentStart[place], segment => level[index[segment]])),
                VertexHead.Of(VertexForm.Networked, -1, -1, -1, dependents.Length, false),
            ],
            [.. code],
            [.. dependents.Select(vertex => KernelTables.Mark(vertex, vertices[vertex].IsChoice))],
            level,
            [.. level.Select((vertex, segment) => pass[segment] < 0 ? vertex : pass[segment])],
            pass,
            give,
            [.. drafts.Networks.Select((members, n) => new NetworkTable(
                new WidestPath([.. members.Select(m => (rules[m].Segment, rules[m].Rule.Membership!))]),
                placeOf[drafts.NetworkVertex(n)],
                drafts.Slot.Length == 0 ? 0 : drafts.Slot[members[0]],
                [.. members.Select(m => pass[m])],
                [.. members.Select(m => give[m])],
                [.. members.Select(m => level[m])]))],
            [.. drafts.OperatorSegments.Select(s => Operator(s, rules[s].Rule, vertices, level[s], pass[s], give[s], drafts.Slot[s]))],
            drafts.Operator,
            drafts.Slot);
    }

    /// <summary>
    /// The same order with all vertices that nobody reads at its end: that is most of a city, and a sweep need not look
    /// whom they wake.
    /// </summary>
    private static (int[] Order, int[] ComponentStart) LeavesLast((int[] Order, int[] ComponentStart) sorted, int[] start)
    {
        var places = Enumerable.Range(0, sorted.Order.Length).OrderBy(place => start[sorted.Order[place] + 1] == start[sorted.Order[place]]).ToArray();
        var newPlace = new int[places.Length];
        for (var place = 0; place < places.Length; place++)
        {
            newPlace[places[place]] = place;
        }

        return ([.. places.Select(place => sorted.Order[place])], [.. places.Select(place => newPlace[sorted.ComponentStart[place]])]);
    }

    private static VertexTable Compile(Drafts drafts, int vertex, List<int> code, Func<SegmentId, int> vertexOf)
    {
        var (kind, owner) = drafts[vertex];
        if (kind == VertexKind.Network)
        {
            return new(kind, false, owner, -1, -1, -1, -1, owner, -1);
        }

        var rule = drafts.Rule(owner);
        int Program(Expression? expression)
        {
            if (expression is null)
            {
                return -1;
            }

            var at = code.Count;
            RuleProgram.Append(code, expression, vertexOf);
            return at;
        }

        var readsSupply = kind is VertexKind.Plain or VertexKind.Give;
        var readsNeeds = kind is VertexKind.Plain or VertexKind.Pass;
        var needsPrograms = kind != VertexKind.Plain || VertexHead.Choice(rule) is null;
        var remembers = kind == VertexKind.Plain ? OperatorRules.Remembers(rule)
            : kind == VertexKind.Give ? rule.Backup is not null
            : rule.RestartLagTicks is not null;
        return new(
            kind,
            kind is VertexKind.Plain or VertexKind.Pass or VertexKind.Give
                && !remembers && RuleProgram.IsChoice(readsSupply ? rule.Supply : null) && RuleProgram.IsChoice(readsNeeds ? rule.Needs : null),
            owner,
            readsSupply && needsPrograms ? Program(rule.Supply) : -1,
            readsNeeds && needsPrograms ? Program(rule.Needs) : -1,
            remembers ? drafts.Operator[owner] : -1,
            drafts.Slot[owner],
            drafts.NetworkOf(owner),
            -1);
    }

    /// <summary>The components that depend on themselves; their vertices are told in which they lie.</summary>
    private static RingTable[] Rings(VertexTable[] vertices, int[] componentStart, Func<int, bool> readsItself)
    {
        var rings = new List<RingTable>();
        for (int first = 0, end; first < vertices.Length; first = end)
        {
            for (end = first + 1; end < vertices.Length && componentStart[end] == first; end++)
            {
            }

            if (end == first + 1 && !readsItself(first))
            {
                continue;
            }

            var members = vertices.AsSpan(first, end - first);
            var isChoice = true;
            foreach (ref var vertex in members)
            {
                vertex = vertex with { Ring = rings.Count };
                isChoice &= vertex is { Kind: VertexKind.Plain, IsChoice: true };
            }

            rings.Add(new(first, end, isChoice));
        }

        return [.. rings];
    }

    private static VertexHead Head(
        Drafts drafts, VertexTable vertex, int readers, Func<SegmentId, int> vertexOf)
    {
        if (vertex.Kind != VertexKind.Plain)
        {
            return VertexHead.Of(VertexForm.Networked, -1, -1, -1, readers, vertex.Ring >= 0);
        }

        return VertexHead.Choice(drafts.Rule(vertex.Owner)) is var (form, a, b, c)
            ? VertexHead.Of(form, vertexOf(a.Segment), vertexOf(b.Segment), vertexOf(c.Segment), readers, vertex.Ring >= 0)
            : VertexHead.Of(VertexForm.Programs, vertex.Supply, vertex.Needs, vertex.Operator, readers, vertex.Ring >= 0);
    }

    private static OperatorTable Operator(
        int segment, SegmentRule rule, VertexTable[] vertices, int level, int pass, int give, int slot) => new(
        rule.Backup is { } backup ? BackupScale.Of(backup) : default,
        rule.RestartLagTicks ?? 0,
        pass,
        rule.Backup is not null,
        segment,
        vertices[give < 0 ? level : give].Supply,
        vertices[pass < 0 ? level : pass].Needs,
        slot);

    /// <summary>The vertices before they are put in order: what each is, and who reads whom.</summary>
    private sealed class Drafts
    {
        private readonly IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> _rules;
        private readonly List<(VertexKind Kind, int Owner)> _vertices = [];
        private readonly Dictionary<NetworkId, int> _networkIndex;
        private readonly int _firstNetworkVertex;

        public Drafts(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules)
        {
            _rules = rules;
            Level = new int[rules.Count];
            Pass = Filled(rules.Count);
            Give = Filled(rules.Count);
            Slot = Filled(rules.Count);
            Operator = Filled(rules.Count);
            for (var s = 0; s < rules.Count; s++)
            {
                var membership = rules[s].Rule.Membership;
                Pass[s] = membership is null ? -1 : Add(VertexKind.Pass, s);
                Give[s] = membership is { IsSource: true } ? Add(VertexKind.Give, s) : -1;
                Level[s] = Add(membership is null ? VertexKind.Plain : VertexKind.Member, s);
            }

            OperatorSegments = [.. Enumerable.Range(0, rules.Count).Where(s => OperatorRules.Remembers(rules[s].Rule))];
            for (var o = 0; o < OperatorSegments.Length; o++)
            {
                Operator[OperatorSegments[o]] = o;
            }

            Networks = [.. Enumerable.Range(0, rules.Count).Where(s => rules[s].Rule.Membership is not null)
                .GroupBy(s => rules[s].Rule.Membership!.Network).OrderBy(group => group.Key).Select(group => group.ToArray())];
            _networkIndex = Networks.Select((members, n) => (rules[members[0]].Rule.Membership!.Network, n)).ToDictionary(p => p.Network, p => p.n);
            _firstNetworkVertex = _vertices.Count;
            var slot = 0;
            for (var n = 0; n < Networks.Length; n++)
            {
                Add(VertexKind.Network, n);
                foreach (var member in Networks[n])
                {
                    Slot[member] = slot++;
                }
            }
        }

        public int Count => _vertices.Count;

        public int[] Level { get; }

        public int[] Pass { get; }

        public int[] Give { get; }

        public int[] Slot { get; }

        public int[] Operator { get; }

        public int[] OperatorSegments { get; }

        public int[][] Networks { get; }

        public (VertexKind Kind, int Owner) this[int vertex] => _vertices[vertex];

        public SegmentRule Rule(int segment) => _rules[segment].Rule;

        public int NetworkVertex(int network) => _firstNetworkVertex + network;

        public int NetworkOf(int segment) => _rules[segment].Rule.Membership is { } membership ? _networkIndex[membership.Network] : -1;

        public List<(int From, int To)> Edges(FrozenIndex index)
        {
            var edges = new List<(int From, int To)>();
            for (var s = 0; s < _rules.Count; s++)
            {
                var rule = _rules[s].Rule;
                AddReads(edges, index, Pass[s] < 0 || Give[s] >= 0 ? rule.Supply : null, Pass[s] < 0 ? Level[s] : Give[s]);
                AddReads(edges, index, rule.Needs, Pass[s] < 0 ? Level[s] : Pass[s]);
                if (Pass[s] < 0)
                {
                    continue;
                }

                var network = NetworkVertex(NetworkOf(s));
                edges.Add((Pass[s], Level[s]));
                edges.Add((Pass[s], network));
                edges.Add((network, Level[s]));
                if (Give[s] >= 0)
                {
                    edges.Add((Give[s], network));
                }
            }

            return [.. edges.Distinct()];
        }

        private void AddReads(List<(int From, int To)> edges, FrozenIndex index, Expression? expression, int reader)
        {
            foreach (var supplier in ExpressionRules.Suppliers(expression))
            {
                edges.Add((Level[index[supplier]], reader));
            }
        }

        private int Add(VertexKind kind, int owner)
        {
            _vertices.Add((kind, owner));
            return _vertices.Count - 1;
        }

        private static int[] Filled(int count)
        {
            var array = new int[count];
            array.AsSpan().Fill(-1);
            return array;
        }
    }
}
