using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>
/// Who feeds whom, each network one vertex: a segment outside networks is a vertex of its own, a member stands for
/// its network. An edge runs from the supplier to the one that depends on it.
/// </summary>
internal sealed class DependencyGraph
{
    private readonly List<List<Edge>> _edges = [];
    private readonly List<string> _names = [];

    private DependencyGraph()
    {
    }

    /// <summary>One dependency.</summary>
    /// <param name="To">The vertex that depends.</param>
    /// <param name="Consumer">The segment whose rule says so.</param>
    /// <param name="IsRounded">True when the expression goes through <c>pool</c> or <c>leontief</c>.</param>
    public readonly record struct Edge(int To, SegmentId Consumer, bool IsRounded);

    public int Count => _edges.Count;

    /// <summary>The graph of all supplies, and of all needs too where asked.</summary>
    public static DependencyGraph Of(CityDraft draft, bool withNeeds)
    {
        var graph = new DependencyGraph();
        var vertices = graph.AddVertices(draft);
        foreach (var segment in draft.Segments)
        {
            graph.Add(segment, segment.Rule.Supply, vertices);
            graph.Add(segment, withNeeds ? segment.Rule.Needs : null, vertices);
        }

        return graph;
    }

    public IReadOnlyList<Edge> From(int vertex) => _edges[vertex];

    /// <summary>The segment's id, or <c>network</c> and its id.</summary>
    public string NameOf(int vertex) => _names[vertex];

    private Dictionary<SegmentId, int> AddVertices(CityDraft draft)
    {
        var networks = draft.Networks.ToDictionary(network => network.Id, network => AddVertex($"network {network.Id}"));
        var vertices = new Dictionary<SegmentId, int>();
        foreach (var segment in draft.Segments)
        {
            vertices[segment.Id] = segment.Rule.Membership is { } membership && networks.TryGetValue(membership.Network, out var network)
                ? network
                : AddVertex(segment.Id.Value);
        }

        return vertices;
    }

    private int AddVertex(string name)
    {
        _names.Add(name);
        _edges.Add([]);
        return _edges.Count - 1;
    }

    private void Add(Segment segment, Expression? expression, Dictionary<SegmentId, int> vertices)
    {
        if (expression is null)
        {
            return;
        }

        foreach (var (supplier, isRounded) in Suppliers(expression, isRounded: false))
        {
            if (vertices.TryGetValue(supplier, out var from))
            {
                _edges[from].Add(new Edge(vertices[segment.Id], segment.Id, isRounded));
            }
        }
    }

    private static IEnumerable<(SegmentId Supplier, bool IsRounded)> Suppliers(Expression expression, bool isRounded) => expression switch
    {
        Supplier supplier => [(supplier.Segment, isRounded)],
        Least least => least.Of.SelectMany(part => Suppliers(part, isRounded)),
        Greatest greatest => greatest.Of.SelectMany(part => Suppliers(part, isRounded)),
        KthLargest largest => largest.Of.SelectMany(part => Suppliers(part, isRounded)),
        Curve curve => Suppliers(curve.Of, isRounded),
        Pool pool => pool.Of.SelectMany(term => Suppliers(term.Of, isRounded: true)),
        Leontief leontief => leontief.Of.SelectMany(term => Suppliers(term.Of, isRounded: true)),
        _ => [],
    };
}
