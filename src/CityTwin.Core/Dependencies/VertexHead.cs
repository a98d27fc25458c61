using System.Runtime.CompilerServices;

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

    /// <summary>A level is at most 1000.</summary>
    private const int LevelBits = 10;

    /// <summary>So many dependencies fit into the tail.</summary>
    public const int ReadersMax = int.MaxValue >> TailBits;

    public VertexForm Form => (VertexForm)(Tail & FormMask);

    public int Readers => Tail >> TailBits;

    /// <summary>True when it depends on itself by way of others.</summary>
    public bool IsInRing => (Tail & Ring) != 0;

    public static VertexHead Of(VertexForm form, int a, int b, int c, int readers, bool isInRing) =>
        new(a, b, c, (readers << TailBits) | (isInRing ? Ring : 0) | (int)form);

    /// <summary>The form and the suppliers of a rule that only chooses among at most three levels; null for all others.</summary>
    public static (VertexForm Form, Supplier A, Supplier B, Supplier C)? Choice(SegmentRule rule) =>
        OperatorRules.Remembers(rule) || (rule.Supply is not null && rule.Needs is not null) ? null : Choice(rule.Supply ?? rule.Needs);

    /// <summary>
    /// What a choice gives, and no more than a ceiling. All three ranks are computed and the form picks one by a shift:
    /// no branch depends on levels or forms, which follow no pattern a processor could learn.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short Choose(ReadOnlySpan<short> values, int ceiling)
    {
        unchecked
        {
            int a = values[A], b = values[B], c = values[C];
            var lesser = Lesser(a, b);
            var greater = a + b - lesser;
            var least = Lesser(lesser, c);
            var greatest = c - Lesser(c - greater, 0);
            var second = a + b + c - least - greatest;
            var ranks = least | (second << LevelBits) | (greatest << (2 * LevelBits));
            return (short)Lesser((ranks >> (LevelBits * ((int)Form - (int)VertexForm.Least))) & ((1 << LevelBits) - 1), ceiling);
        }
    }

    /// <summary>Math.Min without a branch: inside a loop the compiler makes one, and for levels it is guessed wrong half the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Lesser(int a, int b)
    {
        unchecked
        {
            return b + ((a - b) & ((a - b) >> 31));
        }
    }

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
