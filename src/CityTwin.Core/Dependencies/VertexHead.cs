using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CityTwin.Core.Dependencies;

/// <summary>How a settle comes to a vertex's value.</summary>
internal enum VertexForm
{
    /// <summary>A network or a part of it: see the vertex's <see cref="VertexTable"/>.</summary>
    Networked,

    /// <summary>The level of a segment that chooses the least of three levels, and remembers nothing.</summary>
    Least,

    /// <summary>The same with the second of three.</summary>
    Second,

    /// <summary>The same with the greatest of three.</summary>
    Greatest,

    /// <summary>The level of any other segment outside networks: its programs and its operator.</summary>
    Programs,
}

/// <summary>
/// What a settle reads of a vertex, in 16 bytes. In a large city a settle takes as long as the memory it touches, not as
/// long as what it computes; so most vertices are told completely by one line of the cache.
/// </summary>
/// <param name="A">Of a choice, the vertex of a supplier; of programs, the supply's; -1 = absent.</param>
/// <param name="B">Of a choice, another supplier, or the same; of programs, the needs'; -1 = absent.</param>
/// <param name="C">Of a choice, another supplier, or the same; of programs, the operator; -1 = it remembers nothing.</param>
/// <param name="Tail">Where its readers begin, above the bits of <see cref="IsInRing"/> and form. They end where those of the next begin.</param>
internal readonly record struct VertexHead(int A, int B, int C, int Tail)
{
    private const int FormMask = 7, Ring = 8, TailBits = 4;

    /// <summary>So many dependencies fit into the tail.</summary>
    public const int ReadersMax = int.MaxValue >> TailBits;

    public VertexForm Form => (VertexForm)(Tail & FormMask);

    /// <summary>True when <see cref="Choose"/> tells all.</summary>
    public bool IsChoice => Form is >= VertexForm.Least and <= VertexForm.Greatest;

    public int Readers => Tail >> TailBits;

    /// <summary>True when it depends on itself by way of others.</summary>
    public bool IsInRing => (Tail & Ring) != 0;

    public static VertexHead Of(VertexForm form, int a, int b, int c, int readers, bool isInRing) =>
        new(a, b, c, (readers << TailBits) | (isInRing ? Ring : 0) | (int)form);

    /// <summary>The form and the suppliers of a rule that only chooses among at most three levels; null for all others.</summary>
    public static (VertexForm Form, Supplier A, Supplier B, Supplier C)? Choice(SegmentRule rule) =>
        OperatorRules.Remembers(rule) || (rule.Supply is not null && rule.Needs is not null) ? null : Choice(rule.Supply ?? rule.Needs);

    /// <summary>
    /// What a choice gives, and no more than a ceiling. All three ranks are computed and masks pick one: no branch depends
    /// on levels or forms, which follow no pattern a processor could learn. It happens in vector registers because inside a
    /// loop the compiler turns Math.Min of integers into a branch, and of vectors into an instruction.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short Choose(ReadOnlySpan<short> values, short ceiling)
    {
        var form = Tail & FormMask;
        var (a, b, c) = (Vector128.CreateScalarUnsafe(values[A]), Vector128.CreateScalarUnsafe(values[B]), Vector128.CreateScalarUnsafe(values[C]));
        var (lesser, greater) = (Vector128.Min(a, b), Vector128.Max(a, b));
        var least = Vector128.Min(lesser, c);
        var second = Vector128.Max(lesser, Vector128.Min(greater, c)) & Vector128.CreateScalarUnsafe(SecondMasks[form]).AsInt16();
        var greatest = Vector128.Max(greater, c) & Vector128.CreateScalarUnsafe(GreatestMasks[form]).AsInt16();
        return Vector128.Min(Vector128.Max(Vector128.Max(least, second), greatest), Vector128.CreateScalarUnsafe(ceiling)).ToScalar();
    }

    /// <summary>By form: whether the second counts beside the least; of a greatest it may as well.</summary>
    private static ReadOnlySpan<int> SecondMasks => [0, 0, -1, -1, 0, 0, 0, 0];

    /// <summary>By form: whether the greatest counts.</summary>
    private static ReadOnlySpan<int> GreatestMasks => [0, 0, 0, -1, 0, 0, 0, 0];

    private static (VertexForm Form, Supplier A, Supplier B, Supplier C)? Choice(Expression? expression) => expression switch
    {
        Supplier a => (VertexForm.Least, a, a, a),
        Least { Of: [Supplier a, Supplier b] } => (VertexForm.Least, a, b, b),
        Least { Of: [Supplier a, Supplier b, Supplier c] } => (VertexForm.Least, a, b, c),
        Greatest { Of: [Supplier a, Supplier b] } => (VertexForm.Greatest, a, b, b),
        Greatest { Of: [Supplier a, Supplier b, Supplier c] } => (VertexForm.Greatest, a, b, c),
        KthLargest { K: var k, Of: [Supplier a, Supplier b] } => (k == 1 ? VertexForm.Greatest : VertexForm.Least, a, b, b),
        KthLargest { K: var k, Of: [Supplier a, Supplier b, Supplier c] } => (VertexForm.Greatest + 1 - k, a, b, c),
        _ => null,
    };
}
