namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// What runs lost, by place: by service, by kind of service or by zone. Losses are written down as runs bring them and
/// counted into tallies later, all of one place together: a run has losses at hundreds of places, and to fetch the tallies
/// of each from memory, run by run, takes longer than the run.
/// </summary>
internal sealed class LossLedger(int places)
{
    /// <summary>No more losses wait than these, 1.5 MB of them; then they are counted.</summary>
    public const int EntriesMax = 1 << 16;

    private const int None = -1;
    private readonly LossTally?[] _tallies = new LossTally?[places];
    private readonly List<Entry> _entries = [];
    private readonly int[] _last = Filled(places); // of each place, its last entry

    /// <summary>The tallies of places at which anything was lost, in the order of places.</summary>
    public IReadOnlyList<KeyValuePair<int, LossTally>> Tallies
    {
        get
        {
            Count();
            var tallies = new List<KeyValuePair<int, LossTally>>();
            for (var place = 0; place < _tallies.Length; place++)
            {
                if (_tallies[place] is { } tally)
                {
                    tallies.Add(new(place, tally));
                }
            }

            return tallies;
        }
    }

    /// <summary>What one run lost at a place, in thousandths of hours.</summary>
    public void Add(int place, long people, long customers, bool isCritical)
    {
        if (_entries.Count == EntriesMax)
        {
            Count();
        }

        _entries.Add(new(people, customers, isCritical, _last[place]));
        _last[place] = _entries.Count - 1;
    }

    public void Merge(LossLedger other)
    {
        foreach (var (place, tally) in other.Tallies)
        {
            TallyOf(place).Merge(tally);
        }
    }

    public void Merge(int place, LossTally tally) => TallyOf(place).Merge(tally);

    private LossTally TallyOf(int place) => _tallies[place] ??= new();

    private void Count()
    {
        if (_entries.Count == 0)
        {
            return;
        }

        for (var place = 0; place < _last.Length; place++)
        {
            for (var at = _last[place]; at != None; at = _entries[at].Before)
            {
                TallyOf(place).Add(_entries[at].People, _entries[at].Customers, _entries[at].IsCritical);
            }

            _last[place] = None;
        }

        _entries.Clear();
    }

    private static int[] Filled(int places)
    {
        var last = new int[places];
        Array.Fill(last, None);
        return last;
    }

    /// <param name="Before">The entry of the same place before this one.</param>
    private readonly record struct Entry(long People, long Customers, bool IsCritical, int Before);
}

/// <summary>Sums of what one run loses at several services: in a zone, or of a kind.</summary>
internal sealed class RunLosses(int places)
{
    private readonly (bool IsTouched, long People, long Customers)[] _sums = new (bool, long, long)[places];
    private readonly List<int> _touched = [];

    public void Add(int place, long people, long customers)
    {
        ref var sum = ref _sums[place];
        if (!sum.IsTouched)
        {
            _touched.Add(place);
        }

        sum = (true, sum.People + people, sum.Customers + customers);
    }

    /// <summary>Writes the sums down, and is empty for the next run.</summary>
    public void MoveTo(LossLedger ledger)
    {
        foreach (var place in _touched)
        {
            ledger.Add(place, _sums[place].People, _sums[place].Customers, false);
            _sums[place] = default;
        }

        _touched.Clear();
    }
}
