using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// A city's rules compiled into dense arrays, suppliers before consumers. It never changes; states of it are
/// <see cref="KernelState"/>. Segments are named by their place in <see cref="Segments"/>.
/// </summary>
/// <remarks>
/// What is computed is a vertex. A segment outside networks is one vertex. A member of a network is two or three,
/// because what it passes on does not depend on what reaches it: its pass value and, for a source, what it gives come
/// before the network, its level after. So a network is a ring only where its members' needs lead back into it.
/// </remarks>
public sealed class Kernel
{
    internal Kernel(KernelTables tables)
    {
        Tables = tables;
        Segments = tables.Segments;
        Rules = tables.Rules;
    }

    public ImmutableArray<SegmentId> Segments { get; }

    /// <summary>The rule of each segment, in the order of <see cref="Segments"/>.</summary>
    public ImmutableArray<SegmentRule> Rules { get; }

    internal KernelTables Tables { get; }

    /// <summary>Compiles rules that Import has validated.</summary>
    /// <exception cref="ArgumentException">A rule names a segment that does not exist.</exception>
    public static Kernel Compile(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules) => new(KernelCompiler.Compile(rules));

    public static Kernel Compile(City city) => Compile([.. city.Segments.Select(segment => (segment.Id, segment.Rule))]);

    /// <exception cref="ArgumentException">There is no such segment.</exception>
    public int IndexOf(SegmentId segment) => Tables.Index[segment];

    public bool TryIndexOf(SegmentId segment, out int index) => Tables.Index.TryGet(segment, out index);
}

/// <summary>What a vertex of the kernel computes.</summary>
internal enum VertexKind : byte
{
    /// <summary>The level of a segment outside networks.</summary>
    Plain,

    /// <summary>min(ceiling, needs, window) of a member.</summary>
    Pass,

    /// <summary>backup(supply) of a source.</summary>
    Give,

    /// <summary>The widest paths of a network.</summary>
    Network,

    /// <summary>The level of a member: min(pass, reach).</summary>
    Member,
}

/// <summary>The compiled arrays. "Of vertex" means indexed by its place in the topological order.</summary>
/// <param name="FirstLeaf">The vertices from here on have no readers.</param>
/// <param name="Heads">Of each vertex, and one more in which the readers of the last end. A sweep mostly reads these.</param>
/// <param name="Readers">The readers of all vertices, each marked by <see cref="Mark"/>.</param>
/// <param name="CeilingVertex">Of a segment, the vertex that reads its ceiling, needs and window.</param>
internal sealed record KernelTables(
    ImmutableArray<SegmentId> Segments,
    ImmutableArray<SegmentRule> Rules,
    FrozenIndex Index,
    VertexTable[] Vertices,
    int FirstLeaf,
    RingTable[] Rings,
    VertexHead[] Heads,
    int[] Code,
    int[] Readers,
    int[] LevelVertex,
    int[] CeilingVertex,
    int[] PassVertex,
    int[] GiveVertex,
    NetworkTable[] Networks,
    OperatorTable[] Operators,
    int[] OperatorOfSegment,
    int[] SlotOfSegment)
{
    /// <summary>
    /// Marks a dependent that only wakes when a supplier crosses its value by its place, every other one by the
    /// complement: the filter then reads nothing but values.
    /// </summary>
    public static int Mark(int vertex, bool isChoice) => isChoice ? vertex : ~vertex;

    public static int VertexOf(int marked) => marked < 0 ? ~marked : marked;

    /// <summary>Of each vertex its <see cref="VertexTable.Owner"/>, close together: who looks at what changed reads nothing else.</summary>
    public int[] Owners { get; } = [.. Vertices.Select(vertex => vertex.Owner)];

    /// <summary>Members of all networks together; each has one slot.</summary>
    public int SlotCount => Networks.Sum(network => network.Shape.MemberCount);
}

/// <summary>One vertex. Programs are offsets into the code, -1 = absent = 1000.</summary>
/// <param name="Owner">The segment's index, or of a network vertex the network's.</param>
/// <param name="Operator">The place of the segment's operator state, -1 = it remembers nothing, or this vertex does not read it.</param>
/// <param name="Slot">Of a member's vertices, its place among all members.</param>
/// <param name="Ring">The ring it lies in; -1 = none.</param>
/// <param name="IsChoice">True when only a supplier that crosses its value can change it.</param>
internal readonly record struct VertexTable(
    VertexKind Kind,
    bool IsChoice,
    int Owner,
    int Supply,
    int Needs,
    int Operator,
    int Slot,
    int Network,
    int Ring);

/// <summary>Vertices that depend on each other, or one that reads itself; in the topological order they lie together.</summary>
/// <param name="End">The place behind the last.</param>
/// <param name="IsChoice">True when every one of them only chooses among levels and remembers nothing.</param>
internal readonly record struct RingTable(int First, int End, bool IsChoice);

/// <summary>One segment with a backup, a restart lag, or both.</summary>
/// <param name="LagTicks">0 without a restart lag.</param>
/// <param name="Supply">Its own supply's program.</param>
/// <param name="Needs">Its needs' program.</param>
/// <param name="Pass">Of a member of a network, its pass vertex; else -1.</param>
/// <param name="Slot">Of a member of a network, its slot; else -1.</param>
internal readonly record struct OperatorTable(
    BackupScale Scale, long LagTicks, int Pass, bool HasBackup, int Segment, int Supply, int Needs, int Slot)
{
    public bool HasLag => LagTicks > 0;
}

/// <summary>One network: its shape, and where its members' vertices and slots are.</summary>
internal sealed record NetworkTable(WidestPath Shape, int Vertex, int FirstSlot, int[] PassVertex, int[] GiveVertex, int[] MemberVertex);
