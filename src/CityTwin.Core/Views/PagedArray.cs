using System.Diagnostics.CodeAnalysis;

namespace CityTwin.Core.Views;

/// <summary>Something that knows in which version of the city it last changed.</summary>
public interface IChanging
{
    /// <summary>The sequence of the change log row that changed it last; 0 when none did.</summary>
    long ChangedAt { get; }
}

/// <summary>
/// An immutable array of fixed length that shares with its predecessor every page that did not change. One version of a
/// city of 100,000 sensors costs the next one only the pages that were written to, and a reader of changes skips the rest.
/// </summary>
public sealed class PagedArray<T>
    where T : class, IChanging
{
    /// <summary>Small enough to copy for one change, large enough that the table of pages stays short.</summary>
    private const int PageSize = 128;

    private readonly T[][] _pages;
    private readonly long[] _newest;

    public PagedArray(int count, Func<int, T> at)
    {
        var pages = new T[(count + PageSize - 1) / PageSize][];
        var newest = new long[pages.Length];
        for (var page = 0; page < pages.Length; page++)
        {
            var items = new T[Math.Min(PageSize, count - (page * PageSize))];
            for (var i = 0; i < items.Length; i++)
            {
                items[i] = at((page * PageSize) + i);
                newest[page] = Math.Max(newest[page], items[i].ChangedAt);
            }

            pages[page] = items;
        }

        (_pages, _newest, Count) = (pages, newest, count);
    }

    private PagedArray(T[][] pages, long[] newest, int count) => (_pages, _newest, Count) = (pages, newest, count);

    public int Count { get; }

    public T this[int index] => _pages[index / PageSize][index % PageSize];

    /// <summary>The places of all that changed after a sequence, ascending.</summary>
    public IEnumerable<int> ChangedAfter(long seq)
    {
        for (var page = 0; page < _pages.Length; page++)
        {
            if (_newest[page] <= seq)
            {
                continue;
            }

            var items = _pages[page];
            for (var i = 0; i < items.Length; i++)
            {
                if (items[i].ChangedAt > seq)
                {
                    yield return (page * PageSize) + i;
                }
            }
        }
    }

    public Editor Edit() => new(this);

    /// <summary>Writes the successor of an array; the original stays as it is.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "It is the array's other half and needs its pages.")]
    public sealed class Editor
    {
        private readonly PagedArray<T> _origin;
        private T[][]? _pages;
        private long[]? _newest;

        internal Editor(PagedArray<T> origin) => _origin = origin;

        public T this[int index]
        {
            get => (_pages ?? _origin._pages)[index / PageSize][index % PageSize];
            set
            {
                _pages ??= [.. _origin._pages];
                _newest ??= [.. _origin._newest];
                var page = index / PageSize;
                if (ReferenceEquals(_pages[page], _origin._pages[page]))
                {
                    _pages[page] = [.. _origin._pages[page]];
                }

                _pages[page][index % PageSize] = value;
                _newest[page] = Math.Max(_newest[page], value.ChangedAt);
            }
        }

        /// <summary>The editor must not be used afterwards.</summary>
        public PagedArray<T> Finish() => _pages is null ? _origin : new(_pages, _newest!, _origin.Count);
    }
}
