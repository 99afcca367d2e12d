// Blocks by time. A block: { time, tracks, labels }, in seconds of whatever clock the source has.

export class Store {
  // limit: blocks kept; the oldest go.
  constructor(limit) {
    this.limit = limit;
    this.blocks = [];
  }

  clear() { this.blocks = []; }

  add(block) {
    const last = this.blocks[this.blocks.length - 1];
    // A clock that was set back, or another daemon: what was before has no place on the new time line.
    if (last && block.time < last.time - 1) this.blocks = [];
    else if (last && block.time <= last.time) return;
    this.blocks.push(block);
    if (this.blocks.length > this.limit + 600) this.blocks.splice(0, this.blocks.length - this.limit);
  }

  get first() { return this.blocks.length ? this.blocks[0].time : 0; }
  get last() { return this.blocks.length ? this.blocks[this.blocks.length - 1].time : 0; }

  // Index of the last block at or before a time; -1 before the first.
  indexAt(time) {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.blocks[middle].time <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  // The block that is shown at a time; an empty one where there is none near.
  at(time) {
    const block = this.blocks[this.indexAt(time)];
    return block && time - block.time < 0.35 ? block : { time, tracks: [], labels: [] };
  }

  between(from, to) { return this.blocks.slice(Math.max(0, this.indexAt(from) + 1), this.indexAt(to) + 1); }

  // The way of each source over the seconds before a time: pieces of points without a gap, by id.
  trails(time, seconds) {
    const trails = new Map();
    for (const block of this.between(time - seconds, time)) {
      for (const track of block.tracks) {
        const trail = trails.get(track.id) ?? trails.set(track.id, []).get(track.id);
        const piece = trail[trail.length - 1];
        const point = { time: block.time, azimuth: track.azimuth, elevation: track.elevation };
        if (piece && block.time - piece[piece.length - 1].time < 0.45) piece.push(point);
        else trail.push([point]);
      }
    }
    return trails;
  }
}
